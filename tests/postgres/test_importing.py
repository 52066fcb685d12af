"""The ways of a catalogue once more, on PostgreSQL."""

from tests.stories.test_importing import (  # noqa: F401
    test_cut_off_between_two_chunks_it_goes_on_where_it_was,
    test_one_isbn_of_two_sellers_is_one_book_with_the_facts_of_the_first,
    test_undoing_does_not_bring_back_what_was_sold_since,
    test_undone_everything_is_as_before,
    test_what_a_later_import_changed_stays_and_is_told,
    test_what_the_file_lacks_stays_unless_told_otherwise,
)
