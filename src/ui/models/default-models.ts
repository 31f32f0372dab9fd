/** The page's own, until the reader chooses others. */
export const targetModel = 'story-base';
export const draftModel = 'story-draft';
export const defaultTeam: readonly string[] = ['story-fairy', 'story-space'];

/** Loaded when the page opens, in this order; what the chosen method needs comes first. */
export const startModels: readonly string[] = [...defaultTeam, targetModel, draftModel];
