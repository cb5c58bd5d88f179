package io.github.glimpse.chat;

import io.github.glimpse.generate.GenerationRequest;
import java.util.List;

/**
 * Request for an engine with the warnings that its mapping gave.
 *
 * @param warnings for the metadata of the answer
 */
record MappedRequest(GenerationRequest request, List<String> warnings) {

    /** Copies the list. */
    MappedRequest {
        warnings = List.copyOf(warnings);
    }
}
