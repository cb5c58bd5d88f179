package io.github.glimpse.answer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tools of a request by name. */
final class RequestTools {

    private final Map<String, ToolParameters> parameters = new HashMap<>();
    private final boolean listsAny;

    /**
     * @param isConstrained whether decoding allows names of the request's tools only, so that none has to be checked
     */
    RequestTools(List<AnswerTool> tools, boolean isConstrained, Work work) {
        tools.forEach(tool -> parameters.put(tool.name(), new ToolParameters(tool.parameters(), work)));
        listsAny = isConstrained && tools.isEmpty();
    }

    /** Whether calls can be made at all. */
    boolean isEmpty() {
        return parameters.isEmpty() && !listsAny;
    }

    boolean lists(String name) {
        return listsAny || parameters.containsKey(name);
    }

    /** Types of a tool's parameters; null for a tool that the request does not list. */
    @Nullable
    ToolParameters parameters(String name) {
        return parameters.get(name);
    }
}
