package io.github.glimpse.embedding;

import java.util.List;

/**
 * Vectors of texts.
 *
 * @param vectors one of length 1 for each text, in the order of the request
 * @param tokens ids of all texts together, as they were cut to what the model takes
 */
public record TextVectors(List<float[]> vectors, int tokens) {

    /** Copies the list. */
    public TextVectors {
        vectors = List.copyOf(vectors);
    }

    @Override
    public String toString() {
        return "TextVectors[vectors=" + vectors.size() + ", tokens=" + tokens + "]";
    }
}
