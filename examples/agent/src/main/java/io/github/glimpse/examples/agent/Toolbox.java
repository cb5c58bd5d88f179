package io.github.glimpse.examples.agent;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.agent.tool.ToolSpecifications;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.service.tool.DefaultToolExecutor;
import io.github.glimpse.chat.ZoomTool;
import java.util.ArrayList;
import java.util.List;

/** What the model may call: the methods of an object, and the library's {@link ZoomTool}. */
final class Toolbox {

    private final Object methods;
    private final ZoomTool zoom = new ZoomTool();

    Toolbox(Object methods) {
        this.methods = methods;
    }

    List<ToolSpecification> specifications(List<ChatMessage> messages) {
        List<ToolSpecification> all = new ArrayList<>(ToolSpecifications.toolSpecificationsFrom(methods));
        all.add(zoom.specification(messages));
        return all;
    }

    /**
     * Runs a call.
     *
     * @param messages that the model saw when it called
     */
    ToolExecutionResultMessage run(ToolExecutionRequest call, List<ChatMessage> messages) {
        if (call.name().equals(ZoomTool.NAME)) {
            return zoom.execute(call, messages);
        }
        return ToolExecutionResultMessage.from(call, new DefaultToolExecutor(methods, call).execute(call, "agent"));
    }
}
