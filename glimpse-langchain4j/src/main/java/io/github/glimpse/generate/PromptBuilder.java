package io.github.glimpse.generate;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.generate.ChatTurn.Visual;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.VideoOptions;
import io.github.glimpse.model.ImageSpan;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.model.TokenRun;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.prefill.ExpandedText;
import io.github.glimpse.prefill.Prompt;
import io.github.glimpse.prefill.PromptMedium;
import io.github.glimpse.prefill.PromptParts;
import io.github.glimpse.sampling.GenerationOptions;
import io.github.glimpse.template.MessagePart;
import io.github.glimpse.template.RenderedConversation;
import io.github.glimpse.template.TemplateMessage;
import io.github.glimpse.text.TokenWatch;
import io.github.glimpse.text.Tokenizer;
import io.github.glimpse.text.ToolForm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Messages and picture files to prompt text, ids and patches. The prompt needs the headers of the pictures only, so one that
 * is too long is refused before a pixel is decoded, and a picture that is remembered is never decoded at all. Safe for
 * concurrent use.
 */
public final class PromptBuilder {

    // A noncharacter, which no text may hold.
    private static final String PLACE = "\uFDD1";

    // Words are shorter; only runs of one character make tokens as long as this.
    private static final int CHARS_PER_TOKEN = 32;

    private final PromptParts model;
    private final PromptMedia reader;
    private final ToolPrompt tools;

    /** Makes the builder of a model's prompts. */
    public PromptBuilder(VisionLanguageModel model, ImageDecoder decoder) {
        this(PromptParts.of(model), decoder, VideoOptions.defaults());
    }

    PromptBuilder(PromptParts model, ImageDecoder decoder, VideoOptions limits) {
        this(model, new PromptMedia(model.media(), decoder, limits), ToolPrompt.of(model));
    }

    private PromptBuilder(PromptParts model, PromptMedia reader, ToolPrompt tools) {
        this.model = model;
        this.reader = reader;
        this.tools = tools;
    }

    /** Whether the model reads system text. */
    boolean showsSystem() {
        return tools.showsSystem();
    }

    /** Turns whose pictures keep to the budget, if there is one. */
    List<ChatTurn> withinBudget(List<ChatTurn> turns, TurnCare care) {
        Integer budget = care.imageBudget();
        return budget == null ? turns : ImageBudget.divide(turns, budget, this);
    }

    /** Whether pictures can be made smaller, to have fewer tokens. */
    boolean makesSmaller() {
        return model.media().makesSmaller();
    }

    /** How tools come into prompts where a request says nothing. */
    ToolForm toolForm() {
        return tools.fitting();
    }

    /** Refuses a switch of the thought that the template does not have. */
    void check(GenerationOptions generation) {
        var unused = tools.variables(generation);
    }

    /** Syntax of the model's answers. */
    AnswerSyntax syntax() {
        return AnswerSyntax.of(model, tools);
    }

    /** One whose prompts offer these tools. */
    PromptBuilder offering(ToolOffer offer) {
        return offering(offer, GenerationOptions.defaults());
    }

    /** One whose prompts offer these tools, with the variables of a request. */
    PromptBuilder offering(ToolOffer offer, GenerationOptions generation) {
        return new PromptBuilder(model, reader, tools.offering(offer, generation));
    }

    /**
     * Lays out a prompt; reads only the headers of its pictures.
     *
     * @throws io.github.glimpse.GlimpseException if a picture or a placeholder is wrong
     */
    public Prompt prompt(List<ChatTurn> turns) {
        return prompt(turns, null, TokenWatch.NONE);
    }

    /**
     * Lays out a prompt whose pictures are made smaller.
     *
     * @param share of each picture's tokens that there may be at most, null for all
     * @param watch is asked while the text is made into tokens
     */
    Prompt prompt(List<ChatTurn> turns, @Nullable Double share, TokenWatch watch) {
        List<Visual> visuals = new ArrayList<>();
        RenderedConversation rendered = rendered(turns, visuals);
        String text = rendered.prompt();
        ExpandedText expanded = expanded(text, reader.plan(visuals, share));
        List<TokenRun> runs = expanded.media().stream()
                .flatMap(medium -> medium.plan().runs().stream())
                .toList();
        PromptLayout layout = PromptLayout.of(
                tools.encode(expanded.text(), watch),
                ExpandedText.placeholders(model.media()),
                runs,
                model.positions());
        checkIds(layout.ids());
        return new Prompt(Tokenizer.unguard(text), layout, expanded.media(), rendered.changes());
    }

    private ExpandedText expanded(String text, List<PromptMedium> media) {
        return ExpandedText.of(text, media, model.media(), model.tokenizer());
    }

    /**
     * Image tokens of one picture or video, by its headers.
     *
     * @param share as in {@link #prompt(List, Double, TokenWatch)}
     * @throws InvalidImageException if it is no picture that this model takes
     */
    int pictureTokens(Visual visual, @Nullable Double share) {
        return reader.plan(visual, share, 1).plan().rows();
    }

    /**
     * About how many tokens a text has, for planning: of one that is far too long only the beginning is looked at.
     *
     * @param most above this many the exact count does not matter
     */
    int textTokens(String text, int most) {
        long read = Math.min(text.length(), Math.min(Tokenizer.MAX_CHARACTERS, (long) CHARS_PER_TOKEN * (most + 1L)));
        String part = text.substring(0, Math.toIntExact(read));
        long tokens = model.tokenizer().encode(model.tokenizer().guard(part)).length;
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, read == 0 ? 0 : tokens * text.length() / read));
    }

    private String render(List<ChatTurn> turns) {
        return rendered(turns, new ArrayList<>()).prompt();
    }

    /**
     * The text of a prompt.
     *
     * @param visuals is given the images and videos in their order
     */
    private RenderedConversation rendered(List<ChatTurn> turns, List<Visual> visuals) {
        List<TemplateMessage> messages = new ArrayList<>();
        for (ChatTurn turn : turns) {
            messages.add(message(messages.size(), turn, visuals));
        }
        return tools.render(messages);
    }

    /**
     * Rows of a prompt that hold what the user wrote last: the text parts of the last user message, without what the template
     * puts around them.
     *
     * @param turns what the prompt was made of
     * @param watch is asked while the text is made into tokens
     * @return rising rows; none if there is no such text
     */
    int[] lastUserRows(List<ChatTurn> turns, Prompt prompt, TokenWatch watch) {
        int last = turns.size() - 1;
        while (last >= 0 && turns.get(last).role() != Role.USER) {
            last--;
        }
        BitSet tokens = new BitSet();
        String whole = render(turns);
        ExpandedText expanded = expanded(whole, prompt.media());
        for (int part = 0; last >= 0 && part < turns.get(last).parts().size(); part++) {
            watch.check(0);
            if (turns.get(last).parts().get(part) instanceof ChatTurn.Text text) {
                String typed = model.tokenizer().guard(text.text());
                int start = placeOf(turns, last, part, whole);
                for (String shown : List.of(typed, typed.stripLeading(), typed.stripTrailing(), typed.strip())) {
                    if (start >= 0 && !shown.isEmpty() && whole.startsWith(shown, start)) {
                        Arrays.stream(model.tokenizer()
                                        .tokensBetween(
                                                expanded.text(),
                                                expanded.now(start),
                                                expanded.now(start) + shown.length(),
                                                watch))
                                .forEach(tokens::set);
                        break;
                    }
                }
            }
        }
        return rows(tokens, prompt.layout());
    }

    /** Where a part's text begins: the template shows it by putting a mark in its place. Below 0 if it does not. */
    private int placeOf(List<ChatTurn> turns, int turn, int part, String whole) {
        List<ChatTurn.Part> parts = new ArrayList<>(turns.get(turn).parts());
        parts.set(part, new ChatTurn.Text(PLACE));
        List<ChatTurn> marked = new ArrayList<>(turns);
        marked.set(turn, turns.get(turn).withParts(parts));
        String text = render(marked);
        int start = text.indexOf(PLACE);
        return start >= 0 && whole.regionMatches(0, text, 0, start) ? start : -1;
    }

    /** Tokens of the prompt with one placeholder per run, as rows of the prompt with all of them. */
    private static int[] rows(BitSet tokens, PromptLayout layout) {
        return tokens.stream()
                .map(token -> {
                    int row = token;
                    for (ImageSpan span : layout.spans()) {
                        row += span.start() < row ? span.count() - 1 : 0;
                    }
                    return row;
                })
                .toArray();
    }

    /** Decodes the picture that a unit of a prompt belongs to, and cuts the unit into patches. */
    public PixelPatches patches(Prompt prompt, int unit) {
        int number = unit;
        int medium = 0;
        while (number >= prompt.media().get(medium).plan().units().size()) {
            number -= prompt.media().get(medium).plan().units().size();
            medium++;
        }
        return read(prompt, medium, CancellationPoint.NONE).apply(number);
    }

    /** Decodes one picture or video for a request that may have to end; gives the patches of each unit. */
    IntFunction<PixelPatches> read(Prompt prompt, int medium, CancellationPoint cancellation) {
        return reader.read(prompt.media(), medium, cancellation);
    }

    private TemplateMessage message(int index, ChatTurn turn, List<Visual> visuals) {
        List<MessagePart> parts = new ArrayList<>();
        for (ChatTurn.Part part : turn.parts()) {
            if (part instanceof ChatTurn.Text text) {
                parts.add(MessagePart.ofText(tools.guarded(turn, text.text())));
            } else if (part instanceof Visual visual) {
                visuals.add(visual);
                parts.add(visual instanceof ChatTurn.Video ? MessagePart.VIDEO : MessagePart.IMAGE);
            } else {
                ChatTurn.LeftOut gone = part instanceof ChatTurn.LeftOut left ? left : ChatTurn.LeftOut.ATTACHMENT;
                // Templates write the parts of a message one behind the other.
                parts.add(MessagePart.ofText(gone.note() + (turn.role() == Role.TOOL ? "" : "\n")));
            }
        }
        return tools.message(index, turn, parts);
    }

    private void checkIds(int[] ids) {
        int vocabulary = model.vocabulary();
        for (int id : ids) {
            if (id < 0 || id >= vocabulary) {
                throw new ModelFilesException("The tokenizer gave token " + id + ", but the model's vocabulary has "
                        + vocabulary + " entries; check that tokenizer.json and config.json belong together");
            }
        }
    }
}
