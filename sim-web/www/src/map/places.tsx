// The places on the map: internet, load balancers, zones, and the services around the network.
import type { BalancerTile, CallerTile, ControlPlane, RepositoryTile, RoleTile, OpenCharts, ServiceTile, ZoneBox } from "./types";
import { choose } from "../state";
import { count, plural } from "../words";
import { glyphs, Task } from "./task";

/** From so many tasks in a zone on, tiles are small. */
const CROWD = 13;

export function Internet({ callers }: { callers: CallerTile[] }) {
  const rate = callers.reduce((sum, caller) => sum + (caller.per_second ?? 0), 0);
  const lost = callers.reduce((sum, caller) => sum + caller.unreached, 0);
  return (
    <div role="group" class="place internet" data-place="internet" aria-label="Internet">
      <h2>Internet</h2>
      {callers.length === 0 ? (
        <p class="quiet">Nobody calls yet.</p>
      ) : (
        <>
          <p class="figure">{rate < 100 ? rate.toFixed(1) : Math.round(rate)}<small> requests/s</small></p>
          <p class="quiet">{count(callers.reduce((sum, caller) => sum + caller.sent, 0))} sent</p>
          {lost > 0 && <p class="warn">{glyphs.bad} {count(lost)} got no connection</p>}
        </>
      )}
    </div>
  );
}

export function Balancers({ balancers }: { balancers: BalancerTile[] }) {
  return (
    <div role="group" class="place balancers" data-place="balancers" aria-label="Load balancers">
      <h2>Load balancer</h2>
      {balancers.length === 0 && <p class="quiet">None yet.</p>}
      {balancers.map((one) => (
        <button type="button" key={one.name} class={`tile tone-${one.tone}`} data-balancer={one.name} onClick={() => choose(one.name)}>
          <strong><span aria-hidden="true">{glyphs[one.tone]}</span> {one.name}</strong>
          <span>{one.state}{one.ports.length > 0 ? ` · port ${one.ports.join(", ")}` : " · no listener"}</span>
          <span>{one.healthy} of {plural(one.registered, "target")} healthy</span>
          <span>{count(one.requests)} requests{one.in_flight > 0 ? ` · ${one.in_flight} open` : ""}</span>
          {one.errors > 0 && <span class="warn">{glyphs.bad} {count(one.errors)} answered 5XX</span>}
        </button>
      ))}
    </div>
  );
}

export function Zones({ zones }: { zones: ZoneBox[] }) {
  return (
    <div role="group" class="place vpc" aria-label="VPC">
      <h2>VPC</h2>
      <div class="zones">
        {zones.map((zone) => {
          const compact = zone.tasks.length >= CROWD;
          return (
            <div role="group" class={zone.lost ? "zone lost" : "zone"} key={zone.name} data-zone={zone.name} aria-label={`Zone ${zone.name}`}>
              <h3><button type="button" class="link" onClick={() => choose(zone.name)}>{zone.name}</button></h3>
              {zone.lost && <p class="warn">{glyphs.bad} without power</p>}
              {zone.tasks.length === 0 && <p class="quiet">No task.</p>}
              <div class={compact ? "tasks compact" : "tasks"}>
                {zone.tasks.map((task) => <Task key={task.key} task={task} compact={compact} />)}
              </div>
              {zone.more > 0 && <p class="quiet">and {zone.more} more</p>}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function ServiceLine({ service }: { service: ServiceTile }) {
  return (
    <button type="button" class={`tile tone-${service.tone}`} onClick={() => choose(service.name)}>
      <strong><span aria-hidden="true">{glyphs[service.tone]}</span> {service.name}</strong>
      <span>{service.running} of {service.desired} running{service.pending > 0 ? ` · ${service.pending} coming` : ""}</span>
      <span>{service.note} · {service.revision}</span>
    </button>
  );
}

export function Control({ control }: { control: ControlPlane }) {
  return (
    <div role="group" class="place control" data-place="control" aria-label="ECS control plane">
      <h2>ECS control plane</h2>
      {control.clusters.length === 0 ? <p class="quiet">No cluster yet.</p> : <p class="quiet">Cluster {control.clusters.join(", ")}</p>}
      {control.services.map((service) => <ServiceLine key={`${service.cluster}/${service.name}`} service={service} />)}
      {control.services.length === 0 && control.definitions.length > 0 && <p class="quiet">Task definition {control.definitions.at(-1)}</p>}
    </div>
  );
}

export function Registry({ repositories }: { repositories: RepositoryTile[] }) {
  return (
    <div role="group" class="place ecr" data-place="ecr" aria-label="Elastic Container Registry">
      <h2>ECR</h2>
      {repositories.length === 0 && <p class="quiet">No repository yet.</p>}
      {repositories.map((one) => (
        <button type="button" key={one.name} class="tile" onClick={() => choose(one.name)}>
          <strong>{one.name}</strong>
          {one.images.length === 0 ? <span>empty</span> : one.images.slice(-3).map((image) => <span key={image}>{image}</span>)}
        </button>
      ))}
    </div>
  );
}

export function Roles({ roles }: { roles: RoleTile[] }) {
  return (
    <div role="group" class="place iam" data-place="iam" aria-label="Identity and Access Management">
      <h2>IAM</h2>
      {roles.length === 0 && <p class="quiet">No role.</p>}
      {roles.map((role) => (
        <button type="button" key={role.name} class={`tile ${role.denied > 0 ? "tone-bad" : ""}`} onClick={() => choose(role.name)}>
          <strong>{role.denied > 0 && <span aria-hidden="true">{glyphs.bad} </span>}{role.name}</strong>
          <span>{role.policies.length === 0 ? "no policy" : role.policies.join(", ")}</span>
          {role.denied > 0 && <span class="warn">denied: {role.last_denied}</span>}
        </button>
      ))}
    </div>
  );
}

export function Watch({ control, open }: { control: ControlPlane; open: OpenCharts }) {
  return (
    <div role="group" class="place cloudwatch" data-place="cloudwatch" aria-label="CloudWatch">
      <h2>CloudWatch</h2>
      {control.services.map((service) => (
        <p key={service.name} class="quiet">
          {service.name}: CPU {service.cpu_percent === null ? "not reported yet" : `${service.cpu_percent} %`}
        </p>
      ))}
      {control.log_groups.map((group) => <p key={group} class="quiet">Logs {group}</p>)}
      <button type="button" class="link" onClick={open}>Open the charts</button>
    </div>
  );
}
