//! EC2 instance types: what each has, and what it costs in us-east-1 on Linux.

/// An EC2 instance type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InstanceType {
    /// `t3.medium`.
    pub name: &'static str,
    /// vCPU [count]; each registers 1,024 CPU units [CA-046].
    pub vcpus: u32,
    /// As advertised [MiB].
    pub memory: u32,
    /// What its operating system sees, and the agent registers [MiB] [CA-048]; for c7i estimated [CA-049].
    pub registered: u32,
    /// Network interfaces, its own included [count] [CA-053].
    pub interfaces: u32,
    /// Baseline of its network [Mbit/s].
    pub megabits: u32,
    /// For an hour [USD] [CA-058].
    pub hour_usd: f64,
}

const fn row(
    name: &'static str,
    vcpus: u32,
    memory: u32,
    registered: u32,
    interfaces: u32,
    megabits: u32,
    hour_usd: f64,
) -> InstanceType {
    InstanceType { name, vcpus, memory, registered, interfaces, megabits, hour_usd }
}

/// The types there are here, x86 only; burst of CPU and network is not modelled.
pub const INSTANCE_TYPES: &[InstanceType] = &[
    row("t3.micro", 2, 1_024, 920, 2, 64, 0.0104),
    row("t3.small", 2, 2_048, 1_917, 3, 128, 0.0208),
    row("t3.medium", 2, 4_096, 3_843, 3, 256, 0.0416),
    row("t3.large", 2, 8_192, 7_827, 3, 512, 0.0832),
    row("t3.xlarge", 4, 16_384, 15_794, 4, 1_024, 0.1664),
    row("t3.2xlarge", 8, 32_768, 31_729, 4, 2_048, 0.3328),
    row("m5.large", 2, 8_192, 7_633, 3, 750, 0.096),
    row("m5.xlarge", 4, 16_384, 15_516, 4, 1_250, 0.192),
    row("m5.2xlarge", 8, 32_768, 31_619, 4, 2_500, 0.384),
    row("m5.4xlarge", 16, 65_536, 62_818, 8, 5_000, 0.768),
    row("m5.8xlarge", 32, 131_072, 127_326, 8, 10_000, 1.536),
    row("m5.12xlarge", 48, 196_608, 189_052, 8, 12_000, 2.304),
    row("m6i.large", 2, 8_192, 7_787, 3, 781, 0.096),
    row("m6i.xlarge", 4, 16_384, 15_712, 4, 1_562, 0.192),
    row("m6i.2xlarge", 8, 32_768, 31_563, 4, 3_125, 0.384),
    row("m6i.4xlarge", 16, 65_536, 63_266, 8, 6_250, 0.768),
    row("m6i.8xlarge", 32, 131_072, 126_766, 8, 12_500, 1.536),
    row("m6i.12xlarge", 48, 196_608, 190_170, 8, 18_750, 2.304),
    row("m7i.large", 2, 8_192, 7_771, 3, 781, 0.1008),
    row("m7i.xlarge", 4, 16_384, 15_696, 4, 1_562, 0.2016),
    row("m7i.2xlarge", 8, 32_768, 31_547, 4, 3_125, 0.4032),
    row("m7i.4xlarge", 16, 65_536, 63_250, 8, 6_250, 0.8064),
    row("m7i.8xlarge", 32, 131_072, 126_750, 8, 12_500, 1.6128),
    row("m7i.12xlarge", 48, 196_608, 190_154, 8, 18_750, 2.4192),
    row("c5.large", 2, 4_096, 3_691, 3, 750, 0.085),
    row("c5.xlarge", 4, 8_192, 7_632, 4, 1_250, 0.17),
    row("c5.2xlarge", 8, 16_384, 15_515, 4, 2_500, 0.34),
    row("c5.4xlarge", 16, 32_768, 31_058, 8, 5_000, 0.68),
    row("c5.9xlarge", 36, 73_728, 70_207, 8, 12_000, 1.53),
    row("c5.12xlarge", 48, 98_304, 94_396, 8, 12_000, 2.04),
    row("c6i.large", 2, 4_096, 3_823, 3, 781, 0.085),
    row("c6i.xlarge", 4, 8_192, 7_786, 4, 1_562, 0.17),
    row("c6i.2xlarge", 8, 16_384, 15_711, 4, 3_125, 0.34),
    row("c6i.4xlarge", 16, 32_768, 31_562, 8, 6_250, 0.68),
    row("c6i.8xlarge", 32, 65_536, 63_262, 8, 12_500, 1.36),
    row("c6i.12xlarge", 48, 98_304, 95_010, 8, 18_750, 2.04),
    row("c7i.large", 2, 4_096, 3_807, 3, 781, 0.08925),
    row("c7i.xlarge", 4, 8_192, 7_770, 4, 1_562, 0.1785),
    row("c7i.2xlarge", 8, 16_384, 15_695, 4, 3_125, 0.357),
    row("c7i.4xlarge", 16, 32_768, 31_546, 8, 6_250, 0.714),
    row("c7i.8xlarge", 32, 65_536, 63_246, 8, 12_500, 1.428),
    row("c7i.12xlarge", 48, 98_304, 94_994, 8, 18_750, 2.142),
    row("r5.large", 2, 16_384, 15_685, 3, 750, 0.126),
    row("r5.xlarge", 4, 32_768, 31_620, 4, 1_250, 0.252),
    row("r5.2xlarge", 8, 65_536, 63_491, 4, 2_500, 0.504),
    row("r5.4xlarge", 16, 131_072, 127_330, 8, 5_000, 1.008),
    row("r5.8xlarge", 32, 262_144, 254_910, 8, 10_000, 2.016),
    row("r5.12xlarge", 48, 393_216, 382_588, 8, 12_000, 3.024),
    row("r6i.large", 2, 16_384, 15_713, 3, 781, 0.126),
    row("r6i.xlarge", 4, 32_768, 31_564, 4, 1_562, 0.252),
    row("r6i.2xlarge", 8, 65_536, 63_267, 4, 3_125, 0.504),
    row("r6i.4xlarge", 16, 131_072, 126_770, 8, 6_250, 1.008),
    row("r6i.8xlarge", 32, 262_144, 253_678, 8, 12_500, 2.016),
    row("r6i.12xlarge", 48, 393_216, 380_682, 8, 18_750, 3.024),
];

/// The type with this name.
pub fn instance_type(name: &str) -> Option<&'static InstanceType> {
    INSTANCE_TYPES.iter().find(|it| it.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [CA-046] [CA-048] [CA-049] [CA-053] What registers is less than what is advertised, and one interface is the instance's own.
    #[test]
    fn every_type_registers_less_memory_than_it_is_sold_with() {
        for it in INSTANCE_TYPES {
            assert!(it.registered < it.memory && it.registered * 10 > it.memory * 8, "{it:?}");
            assert!(it.interfaces >= 2 && it.vcpus >= 1 && it.hour_usd > 0.0, "{it:?}");
        }
        let c7i = ["c6i.large", "c7i.large"].map(|name| instance_type(name).unwrap().registered);
        assert_eq!(c7i[0] - c7i[1], 16);
        let large = instance_type("c5.large").unwrap();
        assert_eq!((large.vcpus, large.registered, large.interfaces), (2, 3691, 3));
    }
}
