import java.io.BufferedReader;
import java.io.InputStreamReader;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.StsException;

/**
 * Calls GetCallerIdentity with whatever credentials the AWS SDK for Java finds: once for each line "call". After a line
 * "later" it looks for credentials anew.
 */
public class WhoAmI {
    public static void main(String[] args) throws Exception {
        AwsCredentialsProvider credentials = DefaultCredentialsProvider.builder().build();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("later")) {
                credentials = DefaultCredentialsProvider.builder().build();
                continue;
            }
            try (StsClient client = StsClient.builder()
                    .credentialsProvider(credentials)
                    .httpClientBuilder(ApacheHttpClient.builder())
                    .build()) {
                System.out.println("ok " + client.getCallerIdentity().arn() + " "
                        + credentials.resolveCredentials().accessKeyId());
            } catch (StsException refused) {
                System.out.println("error " + refused.awsErrorDetails().errorCode());
            }
        }
    }
}
