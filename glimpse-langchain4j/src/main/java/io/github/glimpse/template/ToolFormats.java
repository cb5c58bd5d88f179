package io.github.glimpse.template;

import java.util.Optional;

/** Detection of the format in which a template writes tool calls. */
@FunctionalInterface
public interface ToolFormats {

    /**
     * Names the format.
     *
     * @param written what the template writes for an answer that is {@code call}, with the end of the turn
     * @param answerEnd what it writes after an answer of plain text
     * @return empty if no reader finds that call
     */
    Optional<String> detect(String written, String answerEnd, MessageCall call);
}
