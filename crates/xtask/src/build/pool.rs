//! Runs one job per function on all cores.

use std::num::NonZero;
use std::sync::Mutex;
use std::thread;

use anyhow::{Result, anyhow};

/// Applies `job` to every item on as many threads as there are cores; keeps the order.
pub(super) fn map<T, R>(items: &[T], job: impl Fn(&T) -> Result<R> + Sync) -> Result<Vec<R>>
where
    T: Sync,
    R: Send,
{
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let queue = Mutex::new(items.iter().enumerate());
    let next = || queue.lock().map_or(None, |mut items| items.next());
    let work = || {
        let mut done = Vec::new();
        while let Some((index, item)) = next() {
            done.push((index, job(item)));
        }
        done
    };
    let mut results = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.min(items.len())).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().map_err(|_| anyhow!("a build thread panicked")))
            .collect::<Result<Vec<_>>>()
    })?
    .into_iter()
    .flatten()
    .collect::<Vec<_>>();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u32> = (0..100).collect();
        let doubled = map(&items, |item| Ok(item * 2)).unwrap();
        assert_eq!(doubled, (0..100).map(|item| item * 2).collect::<Vec<_>>());
    }

    #[test]
    fn one_failure_fails_the_whole() {
        let answer: Result<Vec<()>> = map(&[1, 2, 3], |item| {
            if *item == 2 {
                bail!("no")
            }
            Ok(())
        });
        assert_eq!(answer.unwrap_err().to_string(), "no");
    }
}
