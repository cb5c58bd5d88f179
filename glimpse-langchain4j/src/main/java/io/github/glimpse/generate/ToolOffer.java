package io.github.glimpse.generate;

import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.answer.ToolsLeftOut;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.model.ModelTraining;
import io.github.glimpse.text.ToolForm;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tools of a request, and whether they are offered.
 *
 * @param tools in the order in which they are described
 * @param form how tools, calls and results come into the prompt; null for what fits the model
 * @param demand whether one of them has to be called
 * @param withheld why none of them is offered, null if they are
 * @param otherwise what the answer is kept to where the model takes no tools and need not call one; null is any text
 * @param care how the pictures of the turn are dealt with
 * @param callFormat format in which calls are read; null for the one that the chat template writes
 * @param leftOut further tools of the request, which are not offered
 */
public record ToolOffer(
        List<OfferedTool> tools,
        @Nullable ToolForm form,
        Demand demand,
        @Nullable Withheld withheld,
        @Nullable AnswerForm otherwise,
        TurnCare care,
        @Nullable ToolCallFormat callFormat,
        ToolsLeftOut leftOut) {

    /** No tools, for conversations in which some may have been called. */
    public static final ToolOffer NONE = none(null);

    /** Whether a tool has to be called. */
    public enum Demand {
        /** The model chooses. */
        MAY,
        /** The mask sees to it, also where the prompt says nothing of tools. */
        MUST
    }

    /** Why tools of a request are not offered. */
    public enum Withheld {
        /** The request said so: {@code ToolChoice.NONE}. */
        CHOICE,
        /** The chat model is set to leave tools out. */
        MODE,
        /** The answer is kept to a choice or a pattern, which hold no call. */
        FORM,
        /** The model has too short a context for a list of tools. */
        MODEL,
        /** The model was trained to call none of them, see {@link ModelTraining}. */
        UNTRAINED,
        /** The user's message has had as many calls as it may have. */
        MOST_CALLS,
        /** The last two calls were the same: the model is stuck. */
        REPEATED_CALL
    }

    /** Copies the lists. */
    public ToolOffer {
        tools = List.copyOf(tools);
    }

    /** Tools that may be called. */
    public ToolOffer(List<OfferedTool> tools, @Nullable ToolForm form) {
        this(tools, form, Demand.MAY, null, null, TurnCare.NONE, null, ToolsLeftOut.NONE);
    }

    /** No tools, and how those that were called before come into the prompt. */
    public static ToolOffer none(@Nullable ToolForm form) {
        return new ToolOffer(List.of(), form);
    }

    /** The same with other care. */
    public ToolOffer with(TurnCare other) {
        return new ToolOffer(tools, form, demand, withheld, otherwise, other, callFormat, leftOut);
    }

    /** The same, whose report names tools that were left out because they do not fit the context. */
    public ToolOffer without(List<String> names) {
        return new ToolOffer(
                tools,
                form,
                demand,
                withheld,
                otherwise,
                care,
                callFormat,
                new ToolsLeftOut(leftOut.untrained(), names));
    }

    /** What becomes of it with a model whose own form is this. */
    ToolReport settled(ToolForm fitting) {
        ToolForm used = form == null ? fitting : form;
        Withheld why = withheld == null && used == ToolForm.OFF && demand == Demand.MAY ? Withheld.MODEL : withheld;
        int given = tools.size() + leftOut.size();
        return new ToolReport(used, given, given == 0 ? null : why, 0, List.of(), leftOut, false);
    }

    /** How many, and not what they are told. */
    @Override
    public String toString() {
        return "ToolOffer[" + tools.size() + " tools, " + (form == null ? "auto" : form.label()) + ", " + demand
                + (withheld == null ? "" : ", withheld: " + withheld) + "]";
    }
}
