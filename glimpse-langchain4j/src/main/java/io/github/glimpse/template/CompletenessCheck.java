package io.github.glimpse.template;

import io.github.glimpse.template.MessagePart.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Check that a template writes every text, image, video and call of a conversation.
 *
 * <p>Renders the conversation again with marks around each text and with other calls in the place of its calls, and looks for
 * the marks: the texts themselves may also occur elsewhere. A text with calls has to precede the results of these calls. Of an
 * assistant's text only what follows the last closing tag of a thought is looked for. For one rendering; not safe for concurrent
 * use.
 */
final class CompletenessCheck implements TemplateInput.Observer {

    private static final char BEGIN = '\uFDD2';
    private static final char END = '\uFDD3';
    private static final char DIVIDER = '\uFDD4';
    private static final char FIRST_DIGIT = '\uFDE0';
    private static final int DIGIT_BITS = 4;
    private static final String MARKS = "[\uFDD2-\uFDD4\uFDE0-\uFDEF]";

    private final TemplateProfile profile;
    private final List<TemplateMessage> messages;
    private final List<Integer> textOwners = new ArrayList<>();
    private final List<Integer> callOwners = new ArrayList<>();
    private final Map<Integer, Integer> begins = new HashMap<>();
    private final Map<Integer, Integer> ends = new HashMap<>();
    private final StringBuilder outside = new StringBuilder();

    private CompletenessCheck(TemplateProfile profile, List<TemplateMessage> messages) {
        this.profile = profile;
        this.messages = messages;
    }

    /**
     * Position of a message that is not written as a whole.
     *
     * @return empty if the prompt is complete
     * @throws io.github.glimpse.UnsupportedContentException if the template refuses the marked conversation
     */
    static OptionalInt incomplete(
            TemplateRenderer renderer,
            TemplateProfile profile,
            List<TemplateMessage> messages,
            List<Map<String, Object>> tools,
            Map<String, ? extends @Nullable Object> variables) {
        CompletenessCheck check = new CompletenessCheck(profile, messages);
        check.read(renderer.render(new TemplateInput(profile, check).of(messages), tools, variables));
        return check.firstIncomplete();
    }

    @Override
    public String text(int message, String text) {
        String clean = text.replaceAll(MARKS, "");
        int begin = messages.get(message).is(TemplateMessage.ASSISTANT)
                ? ThoughtTags.lastEnd(profile.thoughtEnds(), clean)
                : 0;
        int end = clean.length();
        while (begin < end && Character.isWhitespace(clean.charAt(begin))) {
            begin++;
        }
        while (end > begin && Character.isWhitespace(clean.charAt(end - 1))) {
            end--;
        }
        if (begin == end) {
            return clean;
        }
        int number = textOwners.size();
        textOwners.add(message);
        return clean.substring(0, begin)
                + mark(BEGIN, number)
                + clean.substring(begin, end)
                + mark(END, number)
                + clean.substring(end);
    }

    private static String mark(char kind, int number) {
        StringBuilder mark = new StringBuilder().append(kind);
        for (int rest = number; rest > 0; rest >>>= DIGIT_BITS) {
            mark.append((char) (FIRST_DIGIT + (rest & ((1 << DIGIT_BITS) - 1))));
        }
        return mark.append(DIVIDER).toString();
    }

    @Override
    public MessageCall call(int message, MessageCall call) {
        int number = callOwners.size();
        callOwners.add(message);
        Object arguments = call.arguments() instanceof Map<?, ?>
                ? Map.of("zq" + number + "key", argument(number))
                : argument(number);
        return new MessageCall(call.id(), name(number), arguments, call.written());
    }

    private static String name(int number) {
        return "zq" + number + "name";
    }

    private static String argument(int number) {
        return "zq" + number + "argument";
    }

    /** Finds the marks and collects the text outside of them. */
    private void read(String prompt) {
        int open = 0;
        for (int index = 0; index < prompt.length(); index++) {
            char unit = prompt.charAt(index);
            if (unit != BEGIN && unit != END) {
                if (open == 0) {
                    outside.append(unit);
                }
                continue;
            }
            int number = 0;
            int at = index;
            for (int shift = 0; ++index < prompt.length() && prompt.charAt(index) != DIVIDER; shift += DIGIT_BITS) {
                number |= (prompt.charAt(index) - FIRST_DIGIT) << shift;
            }
            open = Math.max(0, open + (unit == BEGIN ? 1 : -1));
            (unit == BEGIN ? begins : ends).putIfAbsent(number, at);
        }
    }

    private OptionalInt firstIncomplete() {
        int first = messages.size();
        for (int number = 0; number < textOwners.size(); number++) {
            Integer begin = begins.get(number);
            Integer end = ends.get(number);
            if (begin == null || end == null || end < begin || !precedesResults(textOwners.get(number), end)) {
                first = Math.min(first, textOwners.get(number));
            }
        }
        String written = outside.toString();
        for (int number = 0; number < callOwners.size(); number++) {
            if (!written.contains(name(number)) || !written.contains(argument(number))) {
                first = Math.min(first, callOwners.get(number));
            }
        }
        first = Math.min(first, firstMissing(Kind.IMAGE, profile.image(), written));
        first = Math.min(first, firstMissing(Kind.VIDEO, profile.video(), written));
        return first < messages.size() ? OptionalInt.of(first) : OptionalInt.empty();
    }

    /** Whether a text that ends there comes before the next message that has one; results follow their calls directly. */
    private boolean precedesResults(int message, int end) {
        if (!messages.get(message).hasCalls()) {
            return true;
        }
        for (int number = 0; number < textOwners.size(); number++) {
            Integer begin = begins.get(number);
            if (textOwners.get(number) > message && begin != null) {
                return end < begin;
            }
        }
        return true;
    }

    private int firstMissing(Kind kind, @Nullable String placeholder, String written) {
        int left = placeholder == null ? 0 : count(written, placeholder);
        for (int position = 0; position < messages.size(); position++) {
            left -= Math.toIntExact(messages.get(position).count(kind));
            if (left < 0) {
                return position;
            }
        }
        return messages.size();
    }

    private static int count(String text, String wanted) {
        int count = 0;
        for (int at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length())) {
            count++;
        }
        return count;
    }
}
