//! [`OpenQuestions`]: those that a handler has not answered, by the number that its reply repeats.

use std::collections::BTreeMap;

use crate::options::Limits;
use crate::security::Answer;

/// Questions on their way, or in the handler's hands.
#[derive(Debug, Default)]
pub(super) struct OpenQuestions {
    by_number: BTreeMap<u64, Answer>,
    /// The number of the next; each is given once.
    next: u64,
    /// The handler is gone: there will be no answers.
    is_over: bool,
    /// Another handler has taken its place: there will be no further questions.
    is_retired: bool,
}

/// What became of a question that was to be entered.
#[derive(Debug)]
pub(super) enum Entered {
    /// It has this number.
    As(u64),
    /// There are too many.
    TooMany(Answer),
    /// There are to be no further ones.
    Ended(Answer),
}

/// Whom a reply is for.
#[derive(Debug)]
pub(super) enum Addressee {
    /// A question that is open; it is no more.
    Known(Answer),
    /// One that was given up.
    Late,
    /// Nobody: the number is none of ours.
    Nobody,
}

impl OpenQuestions {
    /// Whether there may be further questions.
    pub(super) fn are_taken(&self) -> bool {
        !self.is_over && !self.is_retired
    }

    /// Enters a question. Those that nobody waits for any more make room.
    pub(super) fn enter(&mut self, answer: Answer) -> Entered {
        if !self.are_taken() {
            return Entered::Ended(answer);
        }
        if self.by_number.len() >= Limits::ZAP_QUESTIONS {
            self.by_number.retain(|_, answer| answer.is_awaited());
        }
        if self.by_number.len() >= Limits::ZAP_QUESTIONS {
            return Entered::TooMany(answer);
        }
        let number = self.next;
        self.next += 1;
        self.by_number.insert(number, answer);
        Entered::As(number)
    }

    /// Takes a question back.
    pub(super) fn withdraw(&mut self, number: u64) -> Option<Answer> {
        self.by_number.remove(&number)
    }

    /// Whom the reply is for that repeats `id`.
    pub(super) fn addressee(&mut self, id: &[u8]) -> Addressee {
        let number = str::from_utf8(id).ok().and_then(|id| id.parse::<u64>().ok());
        // One way of writing each: what we would have written ourselves.
        let Some(number) = number.filter(|number| number.to_string().as_bytes() == id) else {
            return Addressee::Nobody;
        };
        match self.by_number.remove(&number) {
            Some(answer) => Addressee::Known(answer),
            None if number < self.next => Addressee::Late,
            None => Addressee::Nobody,
        }
    }

    /// The question that a reply which names none of them was for, if that is certain: of a handler that
    /// takes one question after the other it is the oldest.
    pub(super) fn take_presumed(&mut self, is_in_order: bool) -> Option<Answer> {
        let is_certain = is_in_order || self.by_number.len() == 1;
        if is_certain { self.by_number.pop_first().map(|(_, answer)| answer) } else { None }
    }

    /// There will be no further question. Says whether none is open.
    pub(super) fn retire(&mut self) -> bool {
        self.is_retired = true;
        self.by_number.is_empty()
    }

    /// Whether nothing is left to be done.
    pub(super) fn is_done(&self) -> bool {
        self.is_over || self.is_retired && self.by_number.is_empty()
    }

    /// There will be no answer: returns those who wait.
    pub(super) fn end(&mut self) -> impl Iterator<Item = Answer> + use<> {
        self.is_over = true;
        std::mem::take(&mut self.by_number).into_values()
    }
}

#[cfg(all(test, not(zmq4_loom)))]
mod tests {
    use super::*;
    use crate::security::Awaited;

    /// So many questions, and those who wait for the answers.
    fn questions(count: u64) -> (OpenQuestions, Vec<Awaited>) {
        let mut open = OpenQuestions::default();
        let awaited = (0..count).map(|number| {
            let (answer, awaited) = Answer::new();
            assert!(matches!(open.enter(answer), Entered::As(given) if given == number));
            awaited
        });
        let awaited = awaited.collect();
        (open, awaited)
    }

    fn addressee(open: &mut OpenQuestions, id: &[u8]) -> &'static str {
        match open.addressee(id) {
            Addressee::Known(_) => "known",
            Addressee::Late => "late",
            Addressee::Nobody => "nobody",
        }
    }

    #[test]
    fn replies_find_their_questions_once_and_by_exact_numbers() {
        let (mut open, _awaited) = questions(12);

        for (id, found) in [
            (&b"11"[..], "known"),
            (b"0", "known"),
            (b"11", "late"),
            (b"12", "nobody"),
            (b"01", "nobody"),
            (b"+1", "nobody"),
            (b"1 ", "nobody"),
            (b"", "nobody"),
            (b"\xff", "nobody"),
            (b"99999999999999999999", "nobody"),
            (b"1", "known"),
        ] {
            assert_eq!(addressee(&mut open, id), found, "{}", id.escape_ascii());
        }
    }

    #[test]
    fn questions_that_nobody_waits_for_make_room() {
        let most = u64::try_from(Limits::ZAP_QUESTIONS).expect("a small number");
        let (mut open, mut awaited) = questions(most);
        assert!(matches!(open.enter(Answer::new().0), Entered::TooMany(_)));

        awaited.truncate(7);

        assert!(matches!(open.enter(Answer::new().0), Entered::As(given) if given == most));
        assert_eq!(open.by_number.len(), 8);
    }

    #[test]
    fn a_reply_without_a_name_is_for_the_oldest_where_order_is_kept() {
        let (mut open, _awaited) = questions(2);

        assert!(open.take_presumed(false).is_none(), "it may be for either");
        assert!(open.take_presumed(true).is_some());
        assert_eq!(addressee(&mut open, b"0"), "late");
        assert!(open.take_presumed(false).is_some(), "there is only one");
    }

    #[test]
    fn nothing_is_entered_behind_the_end_or_at_a_retired_handler() {
        let (mut open, _awaited) = questions(1);

        assert!(!open.retire() && !open.is_done());
        assert!(matches!(open.enter(Answer::new().0), Entered::Ended(_)));
        assert_eq!(open.end().count(), 1);
        assert!(open.is_done());
        assert!(matches!(open.enter(Answer::new().0), Entered::Ended(_)));
    }
}
