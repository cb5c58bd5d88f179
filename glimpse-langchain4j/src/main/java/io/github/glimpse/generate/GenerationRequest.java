package io.github.glimpse.generate;

import io.github.glimpse.prune.PruningOptions;
import java.util.List;

/**
 * One question.
 *
 * @param turns the conversation, the question last
 * @param pruning what this request says about pruning
 * @param generation what this request says about the answer
 * @param tools what the answer may call
 */
public record GenerationRequest(
        List<ChatTurn> turns, PruningOptions pruning, GenerationOptions generation, ToolOffer tools) {

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if a number of the generation is out of its range
     */
    public GenerationRequest {
        turns = List.copyOf(turns);
        generation = generation.checked();
    }

    /** A request without tools. */
    public GenerationRequest(List<ChatTurn> turns, PruningOptions pruning, GenerationOptions generation) {
        this(turns, pruning, generation, ToolOffer.NONE);
    }

    /** A request with nothing set. */
    public static GenerationRequest of(ChatTurn... turns) {
        return new GenerationRequest(List.of(turns), PruningOptions.defaults(), GenerationOptions.defaults());
    }

    /** Neither texts nor pictures. */
    @Override
    public String toString() {
        return "GenerationRequest[" + turns.size() + (turns.size() == 1 ? " turn, " : " turns, ") + pruning + ", "
                + generation + (tools.tools().isEmpty() ? "" : ", " + tools) + "]";
    }
}
