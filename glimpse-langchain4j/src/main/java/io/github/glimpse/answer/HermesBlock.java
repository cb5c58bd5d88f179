package io.github.glimpse.answer;

import org.jspecify.annotations.Nullable;

/** Reader of {@code {"name": STRING, "arguments": OBJECT}</tool_call>}. */
final class HermesBlock extends BlockReader {

    static final String OPEN = "<tool_call>";
    static final String CLOSE = "</tool_call>";

    private final ValueReader object = ValueReader.ofMembers();
    private boolean hasObject;

    HermesBlock(RequestTools tools, Work work) {
        super(tools, work);
        expectObject(object);
    }

    @Override
    void read(String text) {
        if (hasObject) {
            done();
            return;
        }
        hasObject = true;
        add(JsonCall.ofArguments(object, work()));
        expectLiteral(CLOSE);
    }

    @Override
    boolean finish() {
        return hasObject;
    }

    @Override
    boolean isReadingArguments() {
        return openCall() != null && !hasObject;
    }

    @Override
    @Nullable
    OpenCall openCall() {
        return JsonCall.open(object, JsonCall.ARGUMENTS);
    }
}
