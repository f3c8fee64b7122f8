//! Task-level CPU and memory: AWS's spellings, and the pairs that Fargate has.

/// CPU units from `256`, `.25 vCPU` or `1 vcpu` [CP-037]; none when the text is neither.
pub(crate) fn cpu_units(text: &str) -> Option<u32> {
    amount(text, "vcpu")
}

/// MiB from `512`, `.5 GB` or `1gb` [CP-037]; none when the text is neither.
pub(crate) fn memory_mib(text: &str) -> Option<u32> {
    amount(text, "gb")
}

/// A whole number, or a decimal number of `unit`s, each of which is 1,024.
fn amount(text: &str, unit: &str) -> Option<u32> {
    let text = text.trim().to_ascii_lowercase();
    let Some(number) = text.strip_suffix(unit) else { return text.parse().ok() };
    let number = number.trim_end();
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let amount = number.parse::<f64>().ok()? * 1024.0;
    (amount.fract() == 0.0 && amount <= f64::from(u32::MAX)).then_some(amount as u32)
}

/// Fargate's sizes on Linux [CP-039][CA-002]: (CPU units, smallest memory, largest memory, step) [MiB]. The row of
/// 32 vCPU is left out, because AWS's API still refuses it [CP-040].
const FARGATE: &[(u32, u32, u32, u32)] = &[
    (512, 1024, 4096, 1024),
    (1024, 2048, 8192, 1024),
    (2048, 4096, 16384, 1024),
    (4096, 8192, 30720, 1024),
    (8192, 16384, 61440, 4096),
    (16384, 32768, 122_880, 8192),
];

/// The memory sizes [MiB] that Fargate has for this many CPU units; none when it has no such CPU size.
pub(crate) fn fargate_memory(cpu: u32) -> Vec<u32> {
    if cpu == 256 {
        return vec![512, 1024, 2048];
    }
    let row = FARGATE.iter().find(|row| row.0 == cpu);
    row.map_or_else(Vec::new, |&(_, min, max, step)| (min..=max).step_by(step as usize).collect())
}

/// The CPU sizes [units] that Fargate has.
pub(crate) fn fargate_cpu() -> impl Iterator<Item = u32> {
    std::iter::once(256).chain(FARGATE.iter().map(|row| row.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_all_of_aws_spellings() {
        for (text, units) in [("256", 256), ("1 vCPU", 1024), (".25 vcpu", 256), ("0.5vCPU", 512), (" 16 vCPU ", 16384)]
        {
            assert_eq!(cpu_units(text), Some(units), "{text}");
        }
        for (text, mib) in [("512", 512), ("1GB", 1024), (".5 gb", 512), ("30 GB", 30720), ("0.5GB", 512)] {
            assert_eq!(memory_mib(text), Some(mib), "{text}");
        }
        for text in ["", "vCPU", "one vCPU", "1e3 vCPU", "inf vCPU", "-1", "0.3 vCPU", "1.2.3 vCPU", "512 MB", "1 GB"] {
            assert_eq!(cpu_units(text), None, "{text}");
        }
    }

    #[test]
    fn the_table_has_aws_number_of_pairs() {
        let pairs: Vec<_> = fargate_cpu().map(|cpu| (cpu, fargate_memory(cpu).len())).collect();
        assert_eq!(pairs, [(256, 3), (512, 4), (1024, 7), (2048, 13), (4096, 23), (8192, 12), (16384, 12)]);
        assert!(fargate_memory(32768).is_empty() && fargate_memory(300).is_empty());
    }
}
