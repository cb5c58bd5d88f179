package io.github.glimpse.embedding;

import dev.langchain4j.data.segment.TextSegment;

/** Says which picture a text segment of a store stands for, so that {@link GlimpseScoringModel} can rank pictures by a text. */
@FunctionalInterface
public interface SegmentPictures {

    /**
     * The picture of a segment, found by its metadata or its text.
     *
     * @return the bytes of the picture file
     */
    byte[] of(TextSegment segment);
}
