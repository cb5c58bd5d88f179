package io.github.glimpse.prune;

/** What a cut between layers does to keys and values of the layers that have run. */
public enum KvForm {
    /** Cut too: every layer has the same length. */
    UNIFORM,
    /** Left as they are: earlier layers see the dropped tokens in the answer. Costs memory. */
    RAGGED
}
