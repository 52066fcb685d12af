"""One module a page. The folder is not called `pages`: Streamlit would open such files by itself,
without asking who is there, for whoever comes first after a start."""
