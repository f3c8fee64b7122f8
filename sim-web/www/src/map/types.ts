// The types that the map's places take.
export type { BalancerTile, CallerTile, ControlPlane, RepositoryTile, RoleTile, ServiceTile, ZoneBox } from "../generated/views";

/** What opens the charts. */
export type OpenCharts = () => void;
