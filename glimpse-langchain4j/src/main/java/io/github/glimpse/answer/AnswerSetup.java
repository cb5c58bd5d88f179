package io.github.glimpse.answer;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Facts about a request that decide how its answer is parsed.
 *
 * @param tags tags around the thought; null if the model has no thoughts
 * @param promptEnd end of the prompt, a continued answer included
 * @param format format of the calls; null if there are none
 * @param tools tools of the request; without any, calls are text
 * @param usedIds ids of calls that the request uses already
 * @param callEvents time at which pieces of calls are reported
 */
public record AnswerSetup(
        @Nullable ThinkingTags tags,
        String promptEnd,
        @Nullable ToolCallFormat format,
        List<AnswerTool> tools,
        Set<String> usedIds,
        AnswerReader.CallEvents callEvents) {

    /** Copies the collections. */
    public AnswerSetup {
        tools = List.copyOf(tools);
        usedIds = Set.copyOf(usedIds);
    }
}
