package io.github.glimpse.generate;

import io.github.glimpse.prune.PruningOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One question.
 *
 * @param turns the conversation, the question last
 * @param pruning what this request says about pruning
 * @param generation what this request says about the answer
 * @param tools what the answer may call
 * @param form what the answer is kept to; null is any text
 */
public record GenerationRequest(
        List<ChatTurn> turns,
        PruningOptions pruning,
        GenerationOptions generation,
        ToolOffer tools,
        @Nullable AnswerForm form) {

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if a number of the generation is out of its range
     */
    public GenerationRequest {
        turns = List.copyOf(turns);
        generation = generation.checked();
    }

    /** A request without tools, for any text. */
    public GenerationRequest(List<ChatTurn> turns, PruningOptions pruning, GenerationOptions generation) {
        this(turns, pruning, generation, ToolOffer.NONE, null);
    }

    /** A request with nothing set. */
    public static GenerationRequest of(ChatTurn... turns) {
        return new GenerationRequest(List.of(turns), PruningOptions.defaults(), GenerationOptions.defaults());
    }

    /** The same about another conversation. */
    GenerationRequest withTurns(List<ChatTurn> others) {
        return new GenerationRequest(others, pruning, generation, tools, form);
    }

    /** The same with another word on pruning. */
    GenerationRequest withPruning(PruningOptions other) {
        return new GenerationRequest(turns, other, generation, tools, form);
    }

    /** This request with what the model's options say where it says nothing. */
    GenerationRequest over(EngineOptions options) {
        return new GenerationRequest(
                turns, pruning.orElse(options.pruning()), generation.orElse(options.generation()), tools, form);
    }

    /** Neither texts nor pictures. */
    @Override
    public String toString() {
        return "GenerationRequest[" + turns.size() + (turns.size() == 1 ? " turn, " : " turns, ") + pruning + ", "
                + generation + (tools.tools().isEmpty() ? "" : ", " + tools) + (form == null ? "" : ", " + form) + "]";
    }
}
