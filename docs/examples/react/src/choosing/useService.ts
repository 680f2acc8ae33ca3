import { useQuery } from "@apollo/client/react";
import { ServiceDocument, type ServiceQuery } from "../generated/graphql";

export type Service = Extract<ServiceQuery["node"], { __typename: "Service" }>;

/** The service that was chosen. `isGone` where it is not offered any more. */
export function useService(id: string) {
  const { data, error, refetch } = useQuery(ServiceDocument, { variables: { id } });
  const service: Service | null = data?.node?.__typename === "Service" ? data.node : null;
  return { service, isGone: data !== undefined && service === null, error, refetch };
}
