package rivet.controlplane.auth;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenSecretTest {

    @Test
    void secrets_are_recognisable_and_never_twice_the_same() {
        var secrets = IntStream.range(0, 1000)
                .mapToObj(_ -> TokenSecret.random().text())
                .toList();

        assertThat(secrets).doesNotHaveDuplicates().allMatch(text -> text.matches("rvt_[0-9a-f]{16}_[0-9a-f]{64}"));
    }

    @Test
    void only_the_first_characters_are_public() {
        var secret = TokenSecret.random();

        assertThat(secret.prefix()).isEqualTo(secret.text().substring(0, 20));
        assertThat(new TokenSecret("an-operators-own-choice-of-a-first-token").prefix())
                .isEqualTo("an-opera");
        assertThat(secret.toString()).isEqualTo("***");
    }

    @Test
    void a_hash_is_of_the_whole_text() throws Exception {
        var secret = TokenSecret.random();
        var bytes = secret.text().getBytes(StandardCharsets.UTF_8);

        assertThat(secret.hash()).isEqualTo(MessageDigest.getInstance("SHA-256").digest(bytes));
        assertThat(new TokenRepository.Digest(secret.hash()).isOf(secret)).isTrue();
        assertThat(new TokenRepository.Digest(secret.hash()).isOf(TokenSecret.random()))
                .isFalse();
    }

    /** Time tells nothing only if every comparison goes through the one method that takes as long for each answer. */
    @Test
    void secrets_are_compared_in_constant_time() {
        var room = new ClassFileImporter()
                .withImportOption(new DoNotIncludeTests())
                .importPackages("rivet.controlplane.auth");

        noClasses()
                .should()
                .callMethod(Arrays.class, "equals", byte[].class, byte[].class)
                .check(room);
        noClasses()
                .that()
                .haveSimpleNameStartingWith("AgentCaller")
                .or()
                .haveSimpleName("TokenSecret")
                .or()
                .haveSimpleName("Digest")
                .should()
                .callMethod(String.class, "equals", Object.class)
                .orShould()
                .callMethod(Objects.class, "equals", Object.class, Object.class)
                .check(room);
        classes()
                .that()
                .haveSimpleName("Digest")
                .or()
                .haveSimpleName("AgentCallerArgument")
                .should()
                .callMethod(MessageDigest.class, "isEqual", byte[].class, byte[].class)
                .check(room);
    }
}
