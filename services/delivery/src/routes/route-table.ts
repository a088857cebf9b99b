// Which route mail for a domain takes. Pure. An exact domain comes before the domains that it lies below, and of these
// the nearest.
import type { DomainRoute } from '@pochtar/store/queue';

export class RouteTable {
  readonly #byDomain: ReadonlyMap<string, DomainRoute>;

  constructor(routes: readonly DomainRoute[]) {
    this.#byDomain = new Map(routes.filter(({ isOn }) => isOn).map((route) => [route.domain, route]));
  }

  /** `domain` as it stands in the key of an address. */
  of(domain: string): DomainRoute | null {
    if (this.#byDomain.size === 0) return null;
    const exact = this.#byDomain.get(domain);
    if (exact !== undefined) return exact;
    for (let dot = domain.indexOf('.'); dot > 0; dot = domain.indexOf('.', dot + 1)) {
      const above = this.#byDomain.get(domain.slice(dot));
      if (above !== undefined) return above;
    }
    return null;
  }

  /** The route of this name, while it is enabled. */
  named(domain: string): DomainRoute | null {
    return this.#byDomain.get(domain) ?? null;
  }
}
