package com.example.cookbook.errors;

import static org.assertj.core.api.Assertions.assertThat;

import com.example.cookbook.Receipt;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** Each thing that can go wrong, for real. */
@SpringBootTest(properties = {"glimpse.serving.max-running=1", "glimpse.concurrency.max-queued=1"})
class CarefulReaderTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @Autowired
    private CarefulReader reader;

    @Autowired
    private StreamingChatModel stream;

    @Test
    void answers() throws IOException {
        assertThat(reader.read("What is the total?", Receipt.content())).isEqualTo("87.00");
    }

    @Test
    void saysWhatIsWrongWithAPicture() {
        ImageContent text = ImageContent.from(Base64.getEncoder().encodeToString(new byte[] {1, 2, 3}), "image/png");

        assertThat(reader.read("What is the total?", text)).startsWith("Send something else: ");
    }

    @Test
    void saysThatOthersAreWaiting() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        CompletableFuture<Void> begun = new CompletableFuture<>();
        stream.chat(ChatRequest.builder().messages(UserMessage.from("total")).build(), new SlowReader(begun, read));
        begun.get(LONG.toSeconds(), TimeUnit.SECONDS);
        ImageContent receipt = Receipt.content();
        try {
            CompletableFuture<String> one =
                    CompletableFuture.supplyAsync(() -> reader.read("What is the total?", receipt));
            CompletableFuture<String> other =
                    CompletableFuture.supplyAsync(() -> reader.read("What is the total?", receipt));

            assertThat(CompletableFuture.anyOf(one, other).get(LONG.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo("Others are waiting; ask again in a moment.");
            read.countDown();
            assertThat(one).succeedsWithin(LONG);
            assertThat(other).succeedsWithin(LONG);
            assertThat(List.of(one.join(), other.join())).contains("87.00");
        } finally {
            read.countDown();
        }
    }

    /** Reads the first piece of an answer for a long time and so keeps the model's only place. */
    private record SlowReader(CompletableFuture<Void> begun, CountDownLatch read)
            implements StreamingChatResponseHandler {

        @Override
        public void onPartialResponse(String piece) {
            begun.complete(null);
            try {
                read.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {}

        @Override
        public void onError(Throwable error) {}
    }
}
