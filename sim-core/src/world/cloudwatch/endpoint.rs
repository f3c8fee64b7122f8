//! What is counted of the requests to an endpoint of Service Connect.
//!
//! It stands in reports. The metrics that Service Connect publishes in CloudWatch are not modelled.

use super::{CloudWatch, Meter};
use crate::world::discovery::RegistryId;

impl CloudWatch {
    /// The meter of an endpoint.
    #[inline]
    pub(crate) fn endpoint(&mut self, registry: RegistryId) -> &mut Meter {
        if self.endpoints.len() <= registry.index() {
            self.endpoints.resize_with(registry.index() + 1, Meter::default);
        }
        &mut self.endpoints[registry.index()]
    }

    /// What was counted of an endpoint; none before its first request.
    pub fn endpoint_meter(&self, registry: RegistryId) -> Option<&Meter> {
        self.endpoints.get(registry.index()).filter(|meter| meter.counts().arrived > 0)
    }

    /// A host of an endpoint has answered after so long [ns].
    #[inline]
    pub(crate) fn host_responded(&mut self, registry: RegistryId, nanos: u64) {
        self.endpoint(registry).open.add(nanos);
    }
}
