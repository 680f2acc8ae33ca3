/** What this page can do, by the mutation that `availableActions` names. What is not here is not offered. */

import type { ComponentType } from "react";
import type { BookingPartsFragment } from "../generated/graphql";
import { Cancel } from "./Cancel";
import { Move } from "./Move";
import { Pay } from "./Pay";
import { ProveAddress } from "./ProveAddress";

export type Action = BookingPartsFragment["availableActions"][number];

export interface ActionProps {
  booking: BookingPartsFragment;
  action: Action;
}

const ACTIONS: Record<string, ComponentType<ActionProps>> = {
  verifyBooking: ProveAddress,
  startPayment: Pay,
  rescheduleBooking: Move,
  cancelBooking: Cancel,
};

const ORDER = Object.keys(ACTIONS);

/** Give what this page can do of what is possible now, in the order of the table above. */
export function offered(actions: readonly Action[]): { action: Action; Component: ComponentType<ActionProps> }[] {
  return actions
    .flatMap((action) => {
      const Component = ACTIONS[action.mutation];
      return Component ? [{ action, Component }] : [];
    })
    .sort((one, other) => ORDER.indexOf(one.action.mutation) - ORDER.indexOf(other.action.mutation));
}
