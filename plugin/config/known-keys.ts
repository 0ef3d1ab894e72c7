// Which keys a schema knows at a place, for the fault that names an unknown one.

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
}

export function knownKeys(schema: JsonSchema, path: readonly PropertyKey[]): string[] {
  const open = (node: JsonSchema): JsonSchema => node.anyOf?.find((branch) => branch.properties) ?? node;
  const step = (node: JsonSchema, key: PropertyKey): JsonSchema =>
    open((typeof key === 'number' ? node.items : node.properties?.[String(key)]) ?? {});
  return Object.keys(path.reduce(step, schema).properties ?? {});
}
