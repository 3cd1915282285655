//! Segments that are split and joined, against lists of messages.

use proptest::prelude::*;

use super::oracle::{bodies, message, octets, parts};
use super::segment::Segment;

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_split_segment_is_two_segments_with_the_same_messages(
        messages in prop::collection::vec(message(), 1..12),
        at in 0usize..70_000,
    ) {
        let mut whole = Segment::default();
        for message in &messages {
            whole.append(&parts(message), octets(message));
        }

        let mut front = whole.split_front(at);

        prop_assert!(front.messages == 1 || front.octets <= at);
        prop_assert_eq!(front.messages + whole.messages, messages.len());
        for message in &messages {
            let part = if front.is_empty() { &mut whole } else { &mut front };
            prop_assert_eq!(&part.front().map(bodies), &Some(message.clone()));
            part.drop_front();
        }
        prop_assert_eq!((front.octets, whole.octets), (0, 0));
    }

    #[test]
    fn an_absorbed_segment_keeps_its_messages_in_order(
        first in prop::collection::vec(message(), 0..6),
        second in prop::collection::vec(message(), 1..6),
        dropped in 0usize..3,
    ) {
        let [mut one, mut two] = [&first, &second].map(|messages| {
            let mut segment = Segment::default();
            for message in messages {
                segment.append(&parts(message), octets(message));
            }
            segment
        });
        let dropped = dropped.min(second.len() - 1);
        (0..dropped).for_each(|_| { two.drop_front(); });

        one.absorb(two);

        for message in first.iter().chain(second.iter().skip(dropped)) {
            prop_assert_eq!(&one.front().map(bodies), &Some(message.clone()));
            one.drop_front();
        }
        prop_assert_eq!((one.messages, one.octets), (0, 0));
    }
}
