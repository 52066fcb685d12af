"""Where sellers look after their parcels, catalogues, books and money (Streamlit)."""
