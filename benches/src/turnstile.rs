//! Threads that take turns.

use std::sync::{Condvar, Mutex, PoisonError};

/// Lets its participants through one at a time, always in the same order.
pub struct Turnstile {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Who still takes part.
    present: Vec<bool>,
    next: usize,
}

impl State {
    fn advance(&mut self) {
        let count = self.present.len();
        let others = (1..=count).map(|distance| (self.next + distance) % count);
        self.next = others.into_iter().find(|&index| self.present[index]).unwrap_or(self.next);
    }
}

impl Turnstile {
    /// A turnstile for participants 0 to `count` - 1, all of them there.
    pub fn new(count: usize) -> Self {
        Self { state: Mutex::new(State { present: vec![true; count], next: 0 }), changed: Condvar::new() }
    }

    /// Waits for the turn of `participant`, does `work`, and gives the turn to the next.
    pub fn pass<T>(&self, participant: usize, work: impl FnOnce() -> T) -> T {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = self.changed.wait_while(state, |state| state.next != participant);
        drop(turn);
        let result = work();
        self.change(State::advance);
        result
    }

    /// Takes `participant` out: the others no longer wait for it.
    pub fn leave(&self, participant: usize) {
        self.change(|state| {
            state.present[participant] = false;
            if state.next == participant {
                state.advance();
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::thread;

    use super::Turnstile;

    #[test]
    fn in_turn() {
        let turnstile = Turnstile::new(3);
        let order = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for index in 0..3 {
                let (turnstile, order) = (&turnstile, &order);
                scope.spawn(move || {
                    // The middle one leaves early.
                    for _ in 0..if index == 1 { 1 } else { 3 } {
                        turnstile.pass(index, || order.lock().map(|mut order| order.push(index)).is_ok());
                    }
                    turnstile.leave(index);
                });
            }
        });
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 0, 2, 0, 2]);
    }
}
