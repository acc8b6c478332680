/** Where jobs are kept when nobody says otherwise: beside the store and the models. */
export const USUAL_RUNS = 'data/runs'
