/** What is broken on purpose: a list in JSON, each entry with the change's path, a reason, and the version that deprecated it. */
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType } from "graphql";

const VERSION = /^\d+\.\d+\.\d+$/;

/** Give what is wrong with the list itself, as sentences. */
export function faultsOf(approvals, published) {
  return approvals.flatMap((approval) => {
    const { path, reason, deprecatedIn, ...rest } = approval;
    const faults = [];
    if (typeof path !== "string" || path === "") faults.push(`An approval has no path: ${JSON.stringify(approval)}.`);
    if (typeof reason !== "string" || reason.trim().length < 10) faults.push(`The approval of ${path} gives no reason.`);
    if (!VERSION.test(deprecatedIn)) faults.push(`The approval of ${path} names no version that deprecated it (1.2.0).`);
    if (Object.keys(rest).length > 0) faults.push(`The approval of ${path} says more than it may: ${Object.keys(rest)}.`);
    if (faults.length === 0 && !isDeprecated(published, path)) {
      faults.push(`The published schema does not deprecate ${path}: deprecate first, publish, then break.`);
    }
    return faults;
  });
}

/** Tell whether a path, or what it lies in, was deprecated for those who read the published schema. */
function isDeprecated(published, path) {
  const [typeName, memberName, argumentName] = path.split(".");
  const type = published.getType(typeName);
  if (type === undefined) return false;
  if (memberName === undefined) return isUsedByDeprecatedAlone(published, typeName);
  const member = membersOf(type).find(({ name }) => name === memberName);
  const argument = member?.args?.find(({ name }) => name === argumentName);
  return [member, argument].some((found) => typeof found?.deprecationReason === "string");
}

/** Tell whether nothing leads to a type but what is deprecated: a type itself can carry no such mark. */
function isUsedByDeprecatedAlone(published, typeName) {
  const members = Object.values(published.getTypeMap())
    .filter(({ name }) => !name.startsWith("__"))
    .flatMap(membersOf);
  const uses = members.flatMap((member) => [
    ...(nameOf(member.type) === typeName ? [[member]] : []),
    ...(member.args ?? []).filter(({ type }) => nameOf(type) === typeName).map((argument) => [member, argument]),
  ]);
  return uses.every((chain) => chain.some(({ deprecationReason }) => typeof deprecationReason === "string"));
}

function membersOf(type) {
  if (isEnumType(type)) return type.getValues();
  if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) return Object.values(type.getFields());
  return [];
}

function nameOf(type) {
  return type === undefined ? undefined : String(type).replace(/[[\]!]/g, "");
}
