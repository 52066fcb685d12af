"""The ways of a catalogue once more, on PostgreSQL."""

from tests.stories.test_importing import (  # noqa: F401
    test_a_difference_goes_when_its_seller_tells_it_as_it_stands,
    test_a_feed_never_erases_what_was_promised,
    test_a_new_article_number_is_taken_over,
    test_a_refused_record_is_in_the_file_and_not_withdrawn,
    test_after_its_time_an_import_leaves_only_its_history,
    test_an_own_key_that_looks_like_an_isbn_is_still_another_book,
    test_copies_sent_from_a_shelf_that_stood_at_nothing_are_taken_off_too,
    test_cut_off_between_two_chunks_it_goes_on_where_it_was,
    test_of_a_seller_who_left_nothing_comes_on_sale_again,
    test_one_isbn_of_two_sellers_is_one_book_with_the_facts_of_the_first,
    test_the_first_seller_may_correct_what_he_told_and_nobody_else,
    test_the_later_import_is_the_one_that_was_applied_later,
    test_the_preview_shows_prices_and_copies_before_and_after,
    test_two_workers_at_one_import_put_each_book_on_the_shelf_once,
    test_undoing_does_not_bring_back_what_was_sold_since,
    test_undone_everything_is_as_before,
    test_what_a_later_import_changed_stays_and_is_told,
    test_what_another_seller_tells_otherwise_is_kept_beside_the_book,
    test_what_the_file_lacks_stays_unless_told_otherwise,
)
