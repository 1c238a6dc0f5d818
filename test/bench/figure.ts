/** One measured figure, as it is printed and quoted. */
export interface Figure {
  name: string
  value: number
  unit: string
}
