package com.example;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.service.Result;
import io.github.glimpse.chat.GlimpseChatResponseMetadata;
import io.github.glimpse.generate.HistoryReport;
import java.util.Base64;
import java.util.List;

record Desk(Helpdesk helpdesk) {

    String ask(String conversation, String question, byte[] png) {
        ImageContent picture = ImageContent.from(Base64.getEncoder().encodeToString(png), "image/png");
        try {
            Result<String> answer = helpdesk.ask(conversation, List.of(picture, TextContent.from(question)));
            HistoryReport history =
                    ((GlimpseChatResponseMetadata) answer.finalResponse().metadata()).history();
            return history.isWhole()
                    ? answer.content()
                    : answer.content() + " (" + history.leftOutPictures() + " earlier pictures forgotten)";
        } catch (InvalidRequestException e) {
            return "Please send another picture: " + e.getMessage();
        }
    }
}
