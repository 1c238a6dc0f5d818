/** Whether a step changes a file that others see, and not the draft of a vault that nobody has opened yet. */
export const isFileStep = (step: string): boolean => /^(write|place|sync|settle|BEGIN EXCLUSIVE)/.test(step)
