package io.github.glimpse.generate;

import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
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
 * @param session what its beginning is remembered for, such as the id of a chat or of a user: requests that name the same one
 *     share it, see {@link PrefixCacheOptions.Scope}; null shares with nobody
 * @param cacheScope the caller or tenant whose requests share cached images and sessions, such as an API key; requests with
 *     different scopes share nothing unless {@link PrefixCacheOptions.Scope#APPLICATION} is set. Null: all requests without one
 * @param history what becomes of history beyond the limits; null for what the engine's options say
 */
public record GenerationRequest(
        List<ChatTurn> turns,
        PruningOptions pruning,
        GenerationOptions generation,
        ToolOffer tools,
        @Nullable AnswerForm form,
        @Nullable String session,
        @Nullable String cacheScope,
        @Nullable HistoryMode history) {

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if a number of the generation is out of its range, or the session or the scope is blank
     */
    public GenerationRequest {
        turns = List.copyOf(turns);
        generation = generation.checked();
        if (session != null && session.isBlank()) {
            throw new IllegalArgumentException("The session is blank; name it, or leave it out to share with nobody");
        }
        if (cacheScope != null && cacheScope.isBlank()) {
            throw new IllegalArgumentException(
                    "The cache scope is blank; name the caller, or leave it out to share with all that name none");
        }
    }

    /** A request of no session. */
    public GenerationRequest(
            List<ChatTurn> turns,
            PruningOptions pruning,
            GenerationOptions generation,
            ToolOffer tools,
            @Nullable AnswerForm form) {
        this(turns, pruning, generation, tools, form, null, null, null);
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
        return new GenerationRequest(others, pruning, generation, tools, form, session, cacheScope, history);
    }

    /** The same with another word on pruning. */
    GenerationRequest withPruning(PruningOptions other) {
        return new GenerationRequest(turns, other, generation, tools, form, session, cacheScope, history);
    }

    /** This request with what the model's options say where it says nothing. */
    GenerationRequest over(EngineOptions options) {
        return new GenerationRequest(
                turns,
                pruning.orElse(options.pruning()),
                generation.orElse(options.generation()),
                tools,
                form,
                session,
                cacheScope,
                history);
    }

    /** The same of a session. */
    public GenerationRequest inSession(@Nullable String name) {
        return new GenerationRequest(turns, pruning, generation, tools, form, name, cacheScope, history);
    }

    /** The same request with another {@link #cacheScope}. */
    public GenerationRequest inCacheScope(@Nullable String name) {
        return new GenerationRequest(turns, pruning, generation, tools, form, session, name, history);
    }

    /** The mode of history that holds for this request. */
    HistoryMode historyOr(HistoryMode usual) {
        return history == null ? usual : history;
    }

    /** Neither texts nor pictures. */
    @Override
    public String toString() {
        return "GenerationRequest[" + turns.size() + (turns.size() == 1 ? " turn, " : " turns, ") + pruning + ", "
                + generation + (tools.tools().isEmpty() ? "" : ", " + tools) + (form == null ? "" : ", " + form) + "]";
    }
}
