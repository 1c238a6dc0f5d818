// A local tool: what it gets from the listener.

/** Asks the listener for the providers; answers the status, or `refused` where nobody listens. */
export async function askAsTool(address: string, token: string): Promise<number | 'refused'> {
  try {
    const response = await fetch(`${address}/api/v1/providers`, { headers: { authorization: `Bearer ${token}` } })
    await response.arrayBuffer()
    return response.status
  } catch {
    return 'refused'
  }
}
