/** Fields that are objects bring their own selection. */
const OBJECTS: Record<string, string> = {
  groups: 'groups { id name }',
  user_info: 'user_info { email full_name }',
  labels: 'labels { key value }',
  resource_limits: 'resource_limits { key min max }',
  details: 'details { usage_bytes usage_count hard_limit_bytes }',
  config: 'config { url type project username password ssl_verify }',
}

/** A GraphQL selection of these fields. */
export const selection = (fields: readonly string[]): string[] =>
  fields.map((field) => OBJECTS[field] ?? field)
