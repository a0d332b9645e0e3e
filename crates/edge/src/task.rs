//! Tasks without promises: whatever takes time is an effect with a number, which
//! the host carries out and then resumes (docs/decisions/effects-are-resumed.md).
//!
//! `wasm-bindgen-futures` would make a promise, two closures and a finaliser for
//! every `await`; here a resumption is one call with its result. A module has
//! one thread, and the host is never called while a task is borrowed.

use std::{
    cell::RefCell,
    future::Future,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

use wasm_bindgen::prelude::*;

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// The outcome of an effect.
pub(crate) struct Reply {
    /// The HTTP status, 0 where there is no answer.
    pub(crate) status: u16,
    /// Values of the wanted headers, a line each; without an answer the reason.
    pub(crate) text: String,
    pub(crate) body: Vec<u8>,
}

enum Progress {
    UnderWay(Option<Waker>),
    Done(Reply),
}

#[derive(Default)]
struct Table {
    /// Of the task or effect made last.
    last_id: u32,
    tasks: Vec<(u32, Task)>,
    ready: Vec<u32>,
    effects: Vec<(u32, Progress)>,
}

thread_local! {
    static TABLE: RefCell<Table> = RefCell::default();
}

/// Starts a task and runs it until it waits.
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) {
    spawn_later(Box::pin(task));
    run_ready();
}

/// Starts a task from within one: it runs when the present one waits or ends.
pub(crate) fn spawn_later(task: Task) {
    TABLE.with_borrow_mut(|table| {
        let id = table.next_id();
        table.tasks.push((id, task));
        table.ready.push(id);
    });
}

fn run_ready() {
    while let Some((id, mut task)) = TABLE.with_borrow_mut(Table::take_ready) {
        let waker = Waker::from(Arc::new(Readiness(id)));
        if task.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
            TABLE.with_borrow_mut(|table| table.tasks.push((id, task)));
        }
    }
}

impl Table {
    fn next_id(&mut self) -> u32 {
        self.last_id = self.last_id.wrapping_add(1);
        self.last_id
    }

    fn take_ready(&mut self) -> Option<(u32, Task)> {
        loop {
            let id = self.ready.pop()?;
            // Woken twice, or after its end: there is nothing to run.
            if let Some(index) = self.tasks.iter().position(|(task, _)| *task == id) {
                return Some(self.tasks.swap_remove(index));
            }
        }
    }

    fn effect(&mut self, id: u32) -> Option<usize> {
        self.effects.iter().position(|(effect, _)| *effect == id)
    }
}

struct Readiness(u32);

impl Wake for Readiness {
    fn wake(self: Arc<Self>) {
        TABLE.with_borrow_mut(|table| table.ready.push(self.0));
    }
}

/// Something that the host has been asked for.
pub(crate) struct Effect {
    id: u32,
}

impl Effect {
    /// Asks the host, by the number that it will resume with.
    pub(crate) fn start(ask: impl FnOnce(u32)) -> Self {
        let id = TABLE.with_borrow_mut(|table| {
            let id = table.next_id();
            table.effects.push((id, Progress::UnderWay(None)));
            id
        });
        ask(id);
        Self { id }
    }
}

impl Future for Effect {
    type Output = Reply;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Reply> {
        TABLE.with_borrow_mut(|table| {
            let Some(index) = table.effect(self.id) else { return Poll::Pending };
            match table.effects.swap_remove(index) {
                (_, Progress::Done(reply)) => Poll::Ready(reply),
                (id, Progress::UnderWay(_)) => {
                    let waiting = Progress::UnderWay(Some(context.waker().clone()));
                    table.effects.push((id, waiting));
                    Poll::Pending
                }
            }
        })
    }
}

impl Drop for Effect {
    /// Nobody waits any more: its reply would stay for ever.
    fn drop(&mut self) {
        let forgotten = TABLE.with_borrow_mut(|table| {
            table.effect(self.id).map(|index| table.effects.swap_remove(index))
        });
        drop(forgotten);
    }
}

/// Goes on with whoever waits for an effect.
#[wasm_bindgen]
pub fn resume(id: u32, status: u16, text: String, body: Option<Vec<u8>>) {
    let reply = Reply { status, text, body: body.unwrap_or_default() };
    let waker = TABLE.with_borrow_mut(|table| {
        let index = table.effect(id)?;
        let (_, progress) = table.effects.get_mut(index)?;
        match mem::replace(progress, Progress::Done(reply)) {
            Progress::UnderWay(waker) => waker,
            Progress::Done(_) => None,
        }
    });
    if let Some(waker) = waker {
        waker.wake();
    }
    run_ready();
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, rc::Rc};

    use super::*;

    fn answer(id: u32, status: u16) {
        resume(id, status, String::new(), None);
    }

    #[test]
    fn tasks_wait_for_their_effects_and_nobody_elses() {
        let log: Rc<RefCell<Vec<String>>> = Rc::default();
        let ids: Rc<RefCell<Vec<u32>>> = Rc::default();
        for name in ["a", "b"] {
            let (log, ids) = (log.clone(), ids.clone());
            spawn(async move {
                let reply = Effect::start(|id| ids.borrow_mut().push(id)).await;
                log.borrow_mut().push(format!("{name} {}", reply.status));
            });
        }
        let [first, second] = ids.borrow()[..] else { panic!("two effects") };
        answer(second, 2);
        answer(second, 3);
        answer(99, 4);
        assert_eq!(*log.borrow(), ["b 2"]);
        answer(first, 1);
        assert_eq!(*log.borrow(), ["b 2", "a 1"]);
    }

    #[test]
    fn effects_of_one_task_may_be_answered_in_any_order() {
        let ids: Rc<RefCell<Vec<u32>>> = Rc::default();
        let done: Rc<RefCell<Vec<u16>>> = Rc::default();
        let (asked, seen) = (ids.clone(), done.clone());
        spawn(async move {
            let one = Effect::start(|id| asked.borrow_mut().push(id));
            let two = Effect::start(|id| asked.borrow_mut().push(id));
            let statuses = [one.await.status, two.await.status];
            seen.borrow_mut().extend(statuses);
        });
        let [first, second] = ids.borrow()[..] else { panic!("two effects") };
        answer(second, 2);
        assert!(done.borrow().is_empty());
        answer(first, 1);
        assert_eq!(*done.borrow(), [1, 2]);
    }

    #[test]
    fn an_effect_that_nobody_waits_for_leaves_nothing_behind() {
        let ids: Rc<RefCell<Vec<u32>>> = Rc::default();
        let asked = ids.clone();
        spawn(async move {
            drop(Effect::start(|id| asked.borrow_mut().push(id)));
        });
        answer(ids.borrow()[0], 1);
        TABLE.with_borrow(|table| {
            assert!(table.effects.is_empty() && table.tasks.is_empty() && table.ready.is_empty());
        });
    }

    #[test]
    fn a_task_started_within_a_task_runs_as_well() {
        let done: Rc<RefCell<bool>> = Rc::default();
        let flag = done.clone();
        spawn(async move {
            spawn_later(Box::pin(async move { *flag.borrow_mut() = true }));
        });
        assert!(*done.borrow());
    }
}
