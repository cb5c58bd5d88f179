package io.github.glimpse.eval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The normalisation of answers in the VQA evaluation, for the answer and the accepted ones alike: punctuation goes, numbers become
 * digits, articles go, contractions get their apostrophes back. Its oddities are kept, since published figures have them: {@code none} is 0, a comma between digits anywhere
 * makes all punctuation vanish rather than become a space, {@code somebody'd} loses its apostrophe, and at most 32 full stops go. One is not kept: where all people
 * gave the same answer the published script compares without this, so that {@code Yes} is wrong beside ten times {@code yes}; figures are published of
 * answers that had it before.
 *
 * @see <a href="https://visualqa.org/evaluation.html">VQA evaluation</a>
 */
final class VqaText {

    private static final String PUNCTUATION = ";/[]\"{}()=+\\_-><@`,?!";
    private static final Pattern COMMA_IN_NUMBER = Pattern.compile("\\d,\\d", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern FULL_STOP = Pattern.compile("\\.(?!\\d)", Pattern.UNICODE_CHARACTER_CLASS);
    private static final int MOST_FULL_STOPS = 32;
    private static final Pattern SPACES = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern OUTER_SPACES = Pattern.compile("^\\s+|\\s+$", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Set<String> ARTICLES = Set.of("a", "an", "the");

    private static final Map<String, String> NUMBERS = Map.ofEntries(
            Map.entry("none", "0"),
            Map.entry("zero", "0"),
            Map.entry("one", "1"),
            Map.entry("two", "2"),
            Map.entry("three", "3"),
            Map.entry("four", "4"),
            Map.entry("five", "5"),
            Map.entry("six", "6"),
            Map.entry("seven", "7"),
            Map.entry("eight", "8"),
            Map.entry("nine", "9"),
            Map.entry("ten", "10"));

    /** With one apostrophe: found without it. */
    private static final String SINGLE = """
            ain't aren't can't could've couldn't didn't doesn't don't hadn't hasn't haven't he'd he's how'd how'll how's isn't it'd
            it'll ma'am mightn't might've mustn't must've needn't not've o'clock oughtn't shan't should've shouldn't somebody'll
            somebody's someone'd someone'll someone's something'd something'll that's there'd there're there's they'd they'll they're
            they've 'twas wasn't we've weren't what'll what're what's what've when's where'd where's where've who'd who'll who's
            who've why'll why're why's won't would've wouldn't y'all you'd you'll you're you've
            """;

    /** With several apostrophes: found without any one of them. */
    private static final String SEVERAL = """
            couldn't've hadn't've he'd've it'd've mightn't've 'ow's'at she'd've shouldn't've somebody'd've someone'd've
            something'd've there'd've they'd've we'd've who'd've wouldn't've y'all'll y'all'd've you'd've
            """;

    private static final Map<String, String> CONTRACTIONS = contractions();

    private VqaText() {}

    /** The normal form of an answer. */
    static String normal(String answer) {
        return words(withoutPunctuation(stripped(answer.replace('\n', ' ').replace('\t', ' '))));
    }

    /** Also without spaces of other widths, as Python strips; a mark beside one is not beside a space. */
    private static String stripped(String text) {
        return OUTER_SPACES.matcher(text).replaceAll("");
    }

    private static String withoutPunctuation(String text) {
        boolean number = COMMA_IN_NUMBER.matcher(text).find();
        String result = text;
        for (int i = 0; i < PUNCTUATION.length(); i++) {
            char mark = PUNCTUATION.charAt(i);
            boolean beside = text.contains(mark + " ") || text.contains(" " + mark);
            result = result.replace(String.valueOf(mark), beside || number ? "" : " ");
        }
        int[] left = {MOST_FULL_STOPS};
        return FULL_STOP.matcher(result).replaceAll(stop -> left[0]-- > 0 ? "" : ".");
    }

    private static String words(String text) {
        List<String> words = new ArrayList<>();
        for (String word : split(text.toLowerCase(Locale.ROOT))) {
            String number = NUMBERS.getOrDefault(word, word);
            if (!number.isEmpty() && !ARTICLES.contains(number)) {
                words.add(CONTRACTIONS.getOrDefault(number, number));
            }
        }
        return String.join(" ", words);
    }

    private static List<String> split(String text) {
        return SPACES.splitAsStream(text).toList();
    }

    private static Map<String, String> contractions() {
        Map<String, String> contractions = new HashMap<>();
        for (String word : split(SINGLE.strip())) {
            contractions.put(word.replace("'", ""), word);
        }
        contractions.put("somebody'd", "somebodyd");
        for (String word : split(SEVERAL.strip())) {
            for (int i = 0; i < word.length(); i++) {
                if (word.charAt(i) == '\'') {
                    contractions.put(word.substring(0, i) + word.substring(i + 1), word);
                }
            }
        }
        return contractions;
    }
}
