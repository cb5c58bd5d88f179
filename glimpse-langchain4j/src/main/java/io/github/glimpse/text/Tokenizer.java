package io.github.glimpse.text;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.NativeLibraryException;
import io.github.glimpse.UnsupportedContentException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Turns text into the ids of a model and back, by the {@code tokenizer.json} of its folder.
 *
 * <p>Special tokens that the chat template writes are recognised; those that a user types are not, if the text went
 * through {@link #guard} before it went into the template:
 *
 * <pre>{@code
 * String prompt = template.render(List.of(ChatTemplateMessage.ofText("user", tokenizer.guard(question))), variables);
 * int[] ids = tokenizer.encode(prompt);
 * }</pre>
 *
 * <p>Owns native memory until it is closed. Safe for concurrent use.
 */
public final class Tokenizer implements AutoCloseable {

    private final NativeTokenizer library;
    private final Map<String, Integer> vocabulary;
    private final BitSet knownIds = new BitSet();
    private final BitSet specialIds = new BitSet();
    private final BitSet guardedIds = new BitSet();
    private final BitSet byteTokens;
    private final boolean hasByteDecoder;
    private final boolean mayMergeToAny;
    private final TypedTextGuard guard;
    private final TextAffixes affixes;

    private Tokenizer(TokenizerFile file) {
        vocabulary = file.vocabulary();
        affixes = file.affixes();
        byteTokens = file.byteTokens();
        hasByteDecoder = file.hasByteDecoder();
        mayMergeToAny = file.mayMergeToAny();
        vocabulary.values().forEach(knownIds::set);
        List<String> guarded = new ArrayList<>();
        List<String> ordinary = new ArrayList<>();
        for (AddedToken token : file.addedTokens()) {
            specialIds.set(token.id(), specialIds.get(token.id()) || token.special());
            if (token.isGuarded()) {
                guardedIds.set(token.id());
                guarded.add(token.content());
            } else if (!token.normalized()) {
                ordinary.add(token.content());
            }
        }
        guard = new TypedTextGuard(guarded, ordinary);
        library = NativeTokenizer.of(file.json());
    }

    /**
     * Loads the tokenizer of a model folder. Nothing is downloaded.
     *
     * @param modelDirectory a folder with a {@code tokenizer.json}
     * @return a tokenizer that the caller closes
     * @throws ModelFilesException    if the file is missing or damaged
     * @throws NativeLibraryException if the native tokenizers library does not run on this machine
     */
    public static Tokenizer load(Path modelDirectory) {
        return new Tokenizer(TokenizerFile.read(modelDirectory));
    }

    /**
     * Ids of a prompt. Special tokens in it are recognised, except in stretches that were guarded. What the tokenizer's
     * post-processor adds, such as a token for the beginning, is added once, and not again where the prompt already
     * begins with it.
     *
     * @param prompt rendered by a chat template, or plain text; surrogates without a partner count as U+FFFD
     * @throws UnsupportedContentException if the model's vocabulary makes a special token of guarded text all the same,
     *                                     which only some kinds of vocabulary can
     * @throws ModelFilesException         if the tokenizer cannot deal with the text, because its file is incomplete
     */
    public int[] encode(String prompt) {
        // Nothing stands before a mark at the very beginning, and some tokenizers ask whether a stretch begins at 0.
        String text = JinjaText.stripLeft(wellFormed(prompt), codePoint -> codePoint == TypedTextGuard.MARK);
        long[] ids = library.encode(text);
        if (mayMergeToAny && text.indexOf(TypedTextGuard.MARK) >= 0) {
            refuseTypedTokens(text, ids);
        }
        return affixes.around(ids);
    }

    /**
     * Which of a prompt's ids stand for a stretch of it.
     *
     * @param prompt as it is given to {@link #encode}
     * @param from first character of the stretch
     * @param to one behind its last
     * @return rising places among the ids of {@link #encode}; a token that reaches over the stretch's ends counts;
     *         none if the stretch is empty
     */
    public int[] tokensBetween(String prompt, int from, int to) {
        String whole = wellFormed(prompt);
        String text = JinjaText.stripLeft(whole, codePoint -> codePoint == TypedTextGuard.MARK);
        int left = whole.length() - text.length();
        int first = text.codePointCount(0, Math.max(0, from - left));
        int end = text.codePointCount(0, Math.max(0, to - left));
        if (first >= end) {
            return new int[0];
        }
        int added = affixes.addedBefore(library.encode(text));
        CharSpan[] spans = library.spans(text);
        return IntStream.range(0, spans.length)
                .filter(i -> spans[i] != null && spans[i].getStart() < end && spans[i].getEnd() > first)
                .map(i -> added + i)
                .toArray();
    }

    /** The library cannot take half a surrogate pair, and would damage the rest of the text with it. */
    private static String wellFormed(String text) {
        StringBuilder fixed = null;
        for (int index = 0; index < text.length(); index++) {
            char unit = text.charAt(index);
            if (!Character.isSurrogate(unit)) {
                continue;
            }
            if (Character.isHighSurrogate(unit)
                    && index + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(index + 1))) {
                index++;
                continue;
            }
            fixed = fixed == null ? new StringBuilder(text) : fixed;
            fixed.setCharAt(index, '\uFFFD');
        }
        return fixed == null ? text : fixed.toString();
    }

    private void refuseTypedTokens(String text, long[] ids) {
        CharSpan[] spans = library.spans(text);
        int[] codePoints = text.codePoints().toArray();
        for (int index = 0; index < ids.length; index++) {
            if (!guardedIds.get((int) ids[index])) {
                continue;
            }
            for (int at = spans[index].getStart(); at < spans[index].getEnd(); at++) {
                if (codePoints[at] == TypedTextGuard.MARK) {
                    throw new UnsupportedContentException("The text spells the special token with the id " + ids[index]
                            + ", which this model's vocabulary cannot tell from the real one; leave it out");
                }
            }
        }
    }

    /**
     * Makes special tokens that a user typed plain text, also after the text has gone through a chat template. Puts
     * invisible marks into the text, which {@link #encode} takes out again and {@link #unguard} removes for people.
     * Everything from outside should go through here: questions, file names, results of tools, earlier answers.
     *
     * @param userText what came from outside
     * @return the text for the template; the same text where it holds nothing suspicious
     */
    public String guard(String userText) {
        return guard.guard(userText);
    }

    /** The text for people and logs: without the marks of {@link #guard}. */
    public static String unguard(String prompt) {
        return TypedTextGuard.unguard(prompt);
    }

    /**
     * Text of ids, all decoded together: special tokens are left out, blanks stay as they are, bytes that are no text
     * become U+FFFD. Ids that the vocabulary does not know give nothing.
     */
    public String decode(int[] ids) {
        return library.decode(Arrays.stream(ids).asLongStream().toArray());
    }

    /** The id of a token as the vocabulary spells it, such as {@code <|im_end|>}; empty if there is none. */
    public OptionalInt idOf(String token) {
        Integer id = vocabulary.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** Whether decoding leaves the token out. */
    public boolean isSpecial(int id) {
        return id >= 0 && specialIds.get(id);
    }

    /** How many tokens there are, added ones included. A model's table may have more rows. */
    public int vocabularySize() {
        return vocabulary.size();
    }

    /** Whether decoding gives the token a text, be it empty. */
    boolean isText(int id) {
        return id >= 0 && knownIds.get(id) && !specialIds.get(id);
    }

    /** Whether the token is one byte whose meaning depends on its neighbours of that kind. */
    boolean isByte(int id) {
        return id >= 0 && byteTokens.get(id);
    }

    /** Whether a text that ends in U+FFFD may only be unfinished. */
    boolean mayEndWithinCharacter() {
        return hasByteDecoder;
    }

    /** Frees the native memory. Later calls fail with IllegalStateException; a second close does nothing. */
    @Override
    public void close() {
        library.close();
    }
}
