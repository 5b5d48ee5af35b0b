//! The sort of glibc's `qsort`: a stable merge sort that takes any comparison, also one that contradicts itself, and
//! then has the same result.

use std::cmp::Ordering;

pub(super) fn sort<T>(mut items: Vec<T>, compare: &impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    if items.len() <= 1 {
        return items;
    }
    let second = items.split_off(items.len() / 2);
    let mut first = sort(items, compare).into_iter().peekable();
    let mut second = sort(second, compare).into_iter().peekable();
    let mut sorted = Vec::with_capacity(first.len() + second.len());
    while let (Some(a), Some(b)) = (first.peek(), second.peek()) {
        let from_first = compare(a, b) != Ordering::Greater;
        sorted.extend(if from_first { first.next() } else { second.next() });
    }
    sorted.extend(first);
    sorted.extend(second);
    sorted
}

#[cfg(test)]
mod tests {
    use super::sort;

    #[test]
    fn stable_and_unafraid() {
        let numbers: Vec<(u32, usize)> = (0..100_usize).map(|index| ((index as u32 * 37) % 10, index)).collect();
        let mut expected = numbers.clone();
        expected.sort();
        assert_eq!(sort(numbers, &|a, b| a.0.cmp(&b.0)), expected);
        // Rock, paper, scissors: no order, but an end.
        assert_eq!(sort(vec![0, 1, 2, 0, 1, 2], &|a: &i32, b: &i32| ((b - a + 3) % 3).cmp(&1)).len(), 6);
    }
}
