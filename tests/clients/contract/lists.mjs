/** A rule of our own: a list of objects with ids is a connection, save those that are listed as short. */
import { getNamedType, isInterfaceType, isObjectType, isWrappingType } from "graphql";

const MESSAGE = "A list of objects with ids may grow: make it a connection, or say in exceptions.mjs why it stays short.";

/** Tell whether a field's type is a list of what implements Node, or of Node itself. */
export function listsNodes(type) {
  const named = getNamedType(type);
  const isList = (each) => isWrappingType(each) && (String(each).startsWith("[") || isList(each.ofType));
  const hasId = isObjectType(named) && named.getInterfaces().some(({ name }) => name === "Node");
  return isList(type) && (hasId || (isInterfaceType(named) && named.name === "Node"));
}

export const nodeListsAreConnections = (schema) => ({
  meta: { type: "problem", schema: [{ type: "array", items: { type: "string" } }] },
  create(context) {
    const short = new Set(context.options[0]);
    return {
      "ObjectTypeDefinition > FieldDefinition"(node) {
        const name = `${node.parent.name.value}.${node.name.value}`;
        const field = schema.getType(node.parent.name.value).getFields()[node.name.value];
        if (listsNodes(field.type) && !short.has(name)) context.report({ node: node.name, message: MESSAGE });
      },
    };
  },
});
