/** How a state feels: done, waiting, gone wrong, or neither. */
export type Tone = 'good' | 'warn' | 'bad' | 'plain'
