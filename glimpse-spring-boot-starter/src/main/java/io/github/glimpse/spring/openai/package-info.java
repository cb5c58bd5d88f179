/**
 * The endpoint that clients of OpenAI's API talk to: requests into LangChain4j's, answers and errors in the official shapes. It asks
 * the application's own chat models and knows nothing of engines. Entry: {@link io.github.glimpse.spring.openai.OpenAiController}.
 */
@NullMarked
package io.github.glimpse.spring.openai;

import org.jspecify.annotations.NullMarked;
