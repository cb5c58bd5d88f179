package com.example.cookbook.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.cookbook.Receipt;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** Each guest has a conversation of his own. */
@SpringBootTest
class FrontDeskTest {

    private static final List<List<ChatMessage>> ASKED = new CopyOnWriteArrayList<>();

    @TestConfiguration(proxyBeanMethods = false)
    static class Listening {

        @Bean
        ChatModelListener asked() {
            return new ChatModelListener() {
                @Override
                public void onRequest(ChatModelRequestContext context) {
                    ASKED.add(context.chatRequest().messages());
                }
            };
        }
    }

    @Autowired
    private FrontDesk desk;

    @Test
    void remembersWhatAGuestHasSentAndNobodyElse() throws IOException {
        assertThat(desk.ask("Ada", "What is the total?", Receipt.content())).isEqualTo("87.00");
        desk.ask("Ada", "What is the order?");
        desk.ask("Bob", "Hello?");

        assertThat(ASKED).extracting(List::size).containsExactly(1, 3, 1);
    }
}
