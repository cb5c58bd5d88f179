package io.github.glimpse.text;

import io.github.glimpse.ModelFilesException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.text.jinja.PythonSpace;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Turns text into the ids of a model and back, by the {@code tokenizer.json} of its folder.
 *
 * <p>Special tokens that the chat template writes are recognised; those that a user types are not, if the text went
 * through {@link #guard} before it went into the template:
 *
 * <pre>{@code
 * String prompt = template.render(Map.of("messages", List.of(Map.of("role", "user", "content", tokenizer.guard(question)))));
 * int[] ids = tokenizer.encode(prompt);
 * }</pre>
 *
 * <p>Of its own, and not the native library that files of this format are made for: texts and files come from outside,
 * and each way to make that library panic ends the process. It gives the same ids, looks at a {@link TokenWatch} while it
 * works, and refuses what it does not know in a file by name. Safe for concurrent use.
 */
public final class Tokenizer implements AutoCloseable {

    /** Characters of a text from outside, and of a prompt: half a million tokens of ordinary text. */
    public static final int MAX_CHARACTERS = 2_000_000;

    private static final TextNormalizer.Replace WITHOUT_MARKS =
            new TextNormalizer.Replace(TokenPattern.literal(String.valueOf(TypedTextGuard.MARK)), "");

    private final TokenizerFile file;
    private final Map<String, Integer> addedIds = new HashMap<>();
    private final String[] tokens;
    private final int size;
    private final BitSet specialIds = new BitSet();
    private final BitSet guardedIds = new BitSet();
    private final AddedTokenFinder written;
    private final AddedTokenFinder normalized;
    private final TypedTextGuard guard;
    private volatile boolean closed;

    private Tokenizer(TokenizerFile file) {
        this.file = file;
        List<String> guarded = new ArrayList<>();
        List<String> ordinary = new ArrayList<>();
        List<AddedToken> asWritten = new ArrayList<>();
        List<AddedToken> asNormalized = new ArrayList<>();
        for (AddedToken token : inOrder(file.addedTokens())) {
            addedIds.put(token.content(), token.id());
            specialIds.set(token.id(), specialIds.get(token.id()) || token.special());
            if (token.isGuarded()) {
                guardedIds.set(token.id());
                guarded.add(token.content());
            } else if (!token.normalized()) {
                ordinary.add(token.content());
            }
            // Guarded ones are looked for in the text with its marks, which the normaliser takes out.
            (token.normalized() && !token.isGuarded() ? asNormalized : asWritten).add(token);
        }
        guard = new TypedTextGuard(guarded, ordinary);
        written = new AddedTokenFinder(
                asWritten, asWritten.stream().map(AddedToken::content).toList());
        normalized = new AddedTokenFinder(asNormalized, normalizedContents(asNormalized));
        tokens = tokens();
        size = file.vocabulary().size()
                + (int) addedIds.keySet().stream()
                        .filter(token -> !file.vocabulary().containsKey(token))
                        .count();
    }

    /** Special tokens first: of two that are spelled alike the first counts. */
    private static List<AddedToken> inOrder(List<AddedToken> tokens) {
        return Stream.concat(
                        tokens.stream().filter(AddedToken::special),
                        tokens.stream().filter(token -> !token.special()))
                .toList();
    }

    private List<String> normalizedContents(List<AddedToken> added) {
        return added.stream()
                .map(token -> {
                    String content = normalize(AlignedText.of(token.content())).text();
                    if (content.isEmpty()) {
                        throw TokenizerFile.damaged(
                                "its normalizer leaves nothing of the added token with the id " + token.id());
                    }
                    return content;
                })
                .toList();
    }

    private AlignedText normalize(AlignedText text) {
        TextNormalizer normalizer = file.normalizer();
        return normalizer == null ? text : normalizer.apply(text);
    }

    private String[] tokens() {
        int highest = -1;
        for (int id : file.vocabulary().values()) {
            highest = Math.max(highest, id);
        }
        for (int id : addedIds.values()) {
            highest = Math.max(highest, id);
        }
        String[] byId = new String[highest + 1];
        file.vocabulary().forEach((token, id) -> byId[id] = token);
        addedIds.forEach((token, id) -> byId[id] = token);
        return byId;
    }

    /**
     * Loads the tokenizer of a model folder. Nothing is downloaded.
     *
     * @param modelDirectory a folder with a {@code tokenizer.json}
     * @return a tokenizer that the caller closes
     * @throws ModelFilesException if the file is missing or damaged, or asks for what is not known
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
     * @throws PromptTooLongException      if it has more than {@value #MAX_CHARACTERS} characters
     */
    public int[] encode(String prompt) {
        return encode(prompt, TokenWatch.NONE);
    }

    /**
     * Like {@link #encode(String)}, with somebody who watches and may end it.
     *
     * @param watch called often; what it throws ends the work
     */
    public int[] encode(String prompt, TokenWatch watch) {
        return encode(prompt, watch, null);
    }

    /**
     * Like {@link #encode(String, TokenWatch)}, with a memory for what comes again.
     *
     * @param memory of stretches between added tokens; null remembers nothing. Not asked where ids depend on the place of a stretch
     */
    public int[] encode(String prompt, TokenWatch watch, @Nullable SectionMemory memory) {
        requireLength("prompt", prompt);
        // Nothing stands before a mark at the very beginning, and some tokenizers ask whether a stretch begins at 0.
        String text = withoutFirstMarks(wellFormed(prompt));
        boolean checked = file.mayMergeToAny() && text.indexOf(TypedTextGuard.MARK) >= 0;
        TokenSink sink =
                run(text, new TokenSink(watch, checked || file.splitter().needsPlaces()), memory);
        int[] ids = sink.ids();
        if (checked) {
            refuseTypedTokens(text, ids, sink);
        }
        return file.affixes().around(ids);
    }

    /** Ids of a text without what the post-processor adds. */
    public int[] encodePlain(String text) {
        return run(
                        withoutFirstMarks(wellFormed(text)),
                        new TokenSink(TokenWatch.NONE, file.splitter().needsPlaces()))
                .ids();
    }

    /** First unit and end of each of those ids in the text, once marks at its beginning are gone. */
    int[][] places(String text) {
        TokenSink sink = run(withoutFirstMarks(wellFormed(text)), new TokenSink(TokenWatch.NONE, true));
        return IntStream.range(0, sink.count())
                .mapToObj(index -> new int[] {sink.start(index), sink.end(index)})
                .toArray(int[][]::new);
    }

    private static String withoutFirstMarks(String text) {
        return PythonSpace.stripLeft(text, codePoint -> codePoint == TypedTextGuard.MARK);
    }

    /** Cuts the text at added tokens, first as it is written, then normalised, and the rest into words. */
    private TokenSink run(String text, TokenSink sink) {
        return run(text, sink, null);
    }

    private TokenSink run(String text, TokenSink sink, @Nullable SectionMemory memory) {
        requireOpen();
        written.cut(text, sink, new AddedTokenFinder.Sections() {
            @Override
            public void text(int from, int to) {
                if (memory == null || sink.isPlaced()) {
                    addSection(section(text, from, to, sink), sink);
                } else {
                    addRemembered(text.substring(from, to), sink, memory);
                }
            }

            @Override
            public void token(int id, int from, int to) {
                sink.add(id, section(text, from, to, sink), 0, to - from);
            }
        });
        return sink;
    }

    private void addSection(AlignedText section, TokenSink sink) {
        addNormalized(normalize(WITHOUT_MARKS.apply(section)), sink);
    }

    private void addRemembered(String section, TokenSink sink, SectionMemory memory) {
        int[] known = memory.get(section);
        if (known != null) {
            sink.add(known);
            return;
        }
        int before = sink.count();
        addSection(AlignedText.of(section), sink);
        if (memory.holds(section)) {
            memory.put(section, sink.since(before));
        }
    }

    private static AlignedText section(String text, int from, int to, TokenSink sink) {
        return sink.isPlaced() ? AlignedText.ofPrompt(text, from, to) : AlignedText.of(text.substring(from, to));
    }

    private void addNormalized(AlignedText section, TokenSink sink) {
        sink.check(0);
        normalized.cut(section.text(), sink, new AddedTokenFinder.Sections() {
            @Override
            public void text(int from, int to) {
                file.splitter().split(section, from, to, (text, start, end) -> file.model()
                        .encode(text, start, end, sink));
            }

            @Override
            public void token(int id, int from, int to) {
                sink.add(id, section, from, to);
            }
        });
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
        return tokensBetween(prompt, from, to, TokenWatch.NONE);
    }

    /**
     * Like {@link #tokensBetween(String, int, int)}, with somebody who watches and may end it.
     *
     * @param watch called often; what it throws ends the work
     */
    public int[] tokensBetween(String prompt, int from, int to, TokenWatch watch) {
        String whole = wellFormed(prompt);
        String text = withoutFirstMarks(whole);
        int left = whole.length() - text.length();
        int first = Math.max(0, from - left);
        int end = Math.max(0, to - left);
        if (first >= end) {
            return new int[0];
        }
        TokenSink sink = run(text, new TokenSink(watch, true));
        int added = file.affixes().addedBefore(sink.ids());
        return IntStream.range(0, sink.count())
                .filter(index -> sink.start(index) < end && sink.end(index) > first)
                .map(index -> added + index)
                .toArray();
    }

    /** Half a surrogate pair has no bytes, and so no token. */
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

    private void refuseTypedTokens(String text, int[] ids, TokenSink sink) {
        for (int index = 0; index < ids.length; index++) {
            int mark = guardedIds.get(ids[index]) ? text.indexOf(TypedTextGuard.MARK, sink.start(index)) : -1;
            if (mark >= 0 && mark < sink.end(index)) {
                throw new UnsupportedContentException("The text spells the special token with the id " + ids[index]
                        + ", which this model's vocabulary cannot tell from the real one; leave it out");
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
     * @throws PromptTooLongException if it has more than {@value #MAX_CHARACTERS} characters
     */
    public String guard(String userText) {
        requireLength("text", userText);
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
        requireOpen();
        List<String> known = new ArrayList<>(ids.length);
        for (int id : ids) {
            if (isText(id)) {
                known.add(tokens[id]);
            }
        }
        return String.join("", file.decoder().apply(known));
    }

    /** The id of a token as the vocabulary spells it, such as {@code <|im_end|>}; empty if there is none. */
    public OptionalInt idOf(String token) {
        Integer id = addedIds.getOrDefault(token, file.vocabulary().get(token));
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** How the vocabulary spells a token, null if it does not know the id. */
    public @Nullable String spellingOf(int id) {
        return id >= 0 && id < tokens.length ? tokens[id] : null;
    }

    /** Whether decoding leaves the token out. */
    public boolean isSpecial(int id) {
        return id >= 0 && specialIds.get(id);
    }

    /** How many tokens there are, added ones included. A model's table may have more rows. */
    public int vocabularySize() {
        return size;
    }

    /** The step of the decoder that leaves tokens no bytes of their own, by its type in the file; null if none does. */
    public @Nullable String joiningStep() {
        return file.decoder().joiningStep();
    }

    /**
     * The bytes that a token adds to an answer, apart from a blank that may fall out at the very beginning.
     *
     * @return null for added and special tokens, the one for what the vocabulary does not know, ids that it does not
     *         know, and decoders that change a token by its neighbours
     */
    public byte @Nullable [] bytesOf(int id) {
        boolean plain = isText(id)
                && !addedIds.containsKey(tokens[id])
                && id != file.model().unknownId();
        return plain ? file.decoder().bytesOf(tokens[id].getBytes(StandardCharsets.UTF_8)) : null;
    }

    /** Whether decoding gives the token a text, be it empty. */
    boolean isText(int id) {
        return id >= 0 && id < tokens.length && tokens[id] != null && !specialIds.get(id);
    }

    /** Whether the token is one byte whose meaning depends on its neighbours of that kind. */
    boolean isByte(int id) {
        return id >= 0 && file.byteTokens().get(id);
    }

    /** Whether a text that ends in U+FFFD may only be unfinished. */
    boolean mayEndWithinCharacter() {
        return file.hasByteDecoder();
    }

    /**
     * Refuses a text that is too long before anything is done with it.
     *
     * @throws PromptTooLongException with its length and the limit
     */
    public static void requireLength(String text) {
        requireLength("text", text);
    }

    private static void requireLength(String what, String text) {
        int length = text.length();
        if (length > MAX_CHARACTERS) {
            length = TypedTextGuard.unguard(text).length();
        }
        if (length > MAX_CHARACTERS) {
            throw new PromptTooLongException("The " + what + " has " + length + " characters, the limit is "
                    + MAX_CHARACTERS + "; send less text");
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The tokenizer is closed");
        }
    }

    /** Ends its use. Later calls fail with IllegalStateException; a second close does nothing. */
    @Override
    public void close() {
        closed = true;
    }
}
