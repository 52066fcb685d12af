"""The stories of the shop once more, on PostgreSQL: what holds there, holds here."""

from tests.bookshop.searches.test_service import (  # noqa: F401
    test_older_ones_are_not_counted_and_in_time_forgotten,
    test_the_slowest_come_first,
    test_what_is_not_found_most_often_comes_first,
)
from tests.bookshop.test_repeats import (  # noqa: F401
    test_another_body_under_the_same_key_is_refused,
    test_of_eight_that_come_at_once_one_is_done,
)
from tests.bookshop.users.test_service import (  # noqa: F401
    test_a_shop_name_in_russian_is_taken_in_any_case_too,
)
from tests.stories.test_buying import *  # noqa: F403
from tests.stories.test_unhappy_ways import (  # noqa: F401
    test_a_declined_payment_can_be_tried_again,
    test_a_late_payment_is_given_back_when_the_copies_are_gone,
    test_a_late_payment_is_honoured_when_the_copies_can_be_had_again,
    test_a_missing_parcel_stops_the_clock_until_it_is_settled,
    test_an_abandoned_payment_gives_the_copies_back,
    test_billing_out_of_order_for_hours_loses_nothing,
    test_not_there_lowers_what_is_on_hand,
    test_one_parcel_is_cancelled_and_the_other_goes_on,
    test_short_and_the_customer_takes_what_is_left,
    test_what_comes_back_after_the_seller_was_paid_is_taken_from_his_next_transfers,
)
