package io.github.glimpse.embedding;

import java.util.List;

/**
 * Vectors of pictures.
 *
 * @param vectors one of length 1 for each picture, in the order of the request
 * @param report what pruning kept
 * @param timings of all pictures together
 */
public record ImageVectors(List<float[]> vectors, PatchReport report, ImageTimings timings) {

    /** Copies the list. */
    public ImageVectors {
        vectors = List.copyOf(vectors);
    }

    @Override
    public String toString() {
        return "ImageVectors[vectors=" + vectors.size() + ", " + report + ", " + timings + "]";
    }
}
