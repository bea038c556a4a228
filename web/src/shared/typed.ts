/** As it was meant: full-width letters and figures made plain, white space around it gone. */
export const typed = (text: string): string => text.normalize('NFKC').trim()
