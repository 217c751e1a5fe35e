// Command whoami calls GetCallerIdentity with whatever credentials the AWS SDK for Go finds: once for each line "call".
// A line "later" makes it refresh them.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	client := sts.NewFromConfig(settings)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "later") {
			settings.Credentials.(*aws.CredentialsCache).Invalidate()
			continue
		}
		answer, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		var refused smithy.APIError
		if errors.As(err, &refused) {
			fmt.Println("error", refused.ErrorCode())
			continue
		}
		if err != nil {
			panic(err)
		}
		held, err := settings.Credentials.Retrieve(ctx)
		if err != nil {
			panic(err)
		}
		fmt.Println("ok", *answer.Arn, held.AccessKeyID)
	}
}
