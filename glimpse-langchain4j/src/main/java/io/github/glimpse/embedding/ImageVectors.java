package io.github.glimpse.embedding;

import java.util.List;

/**
 * Vectors of pictures.
 *
 * @param vectors one of length 1 for each picture, in the order of the request
 * @param report what pruning kept
 */
public record ImageVectors(List<float[]> vectors, PatchReport report) {

    /** Copies the list. */
    public ImageVectors {
        vectors = List.copyOf(vectors);
    }
}
