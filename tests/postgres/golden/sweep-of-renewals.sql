WITH open_touches AS /* the open touches of the process */ (
  SELECT touches.id AS id,
  touches.process AS process,
  touches.subject_kind AS subject_kind,
  touches.subject_id AS subject_id,
  touches.anchor_at AS anchor_at,
  touches.step AS step,
  touches.kind AS kind,
  touches.purpose AS purpose,
  touches.priority AS priority,
  touches.obligation AS obligation,
  touches.works_holidays AS works_holidays,
  touches.store_id AS store_id,
  touches.customer_id AS customer_id,
  touches.policy_version_id AS policy_version_id,
  touches.template_version_id AS template_version_id,
  touches.channels AS channels,
  touches.conditions AS conditions,
  touches.role AS role,
  touches.approval AS approval,
  touches.effects AS effects,
  touches.series AS series,
  touches.due_at AS due_at,
  touches.valid_until AS valid_until,
  touches.not_before AS not_before,
  touches.state AS state,
  touches.state_at AS state_at,
  touches.gate AS gate,
  touches.reason AS reason,
  touches.reason_figures AS reason_figures,
  touches.figures AS figures,
  touches.planned_at AS planned_at,
  touches.planned_by AS planned_by,
  touches.approved_at AS approved_at,
  touches.approved_by AS approved_by,
  touches.claimed_by AS claimed_by,
  touches.contacted_at AS contacted_at,
  touches.channel AS channel,
  touches.contact_point_id AS contact_point_id,
  touches.resendable AS resendable,
  touches.attempts AS attempts,
  touches.provider AS provider,
  touches.message_id AS message_id,
  touches.merged_into AS merged_into,
  touches.subject_line AS subject_line,
  touches.body AS body,
  touches.delivered_at AS delivered_at,
  touches.assigned_to AS assigned_to,
  touches.owner_until AS owner_until,
  touches.held_by AS held_by,
  touches.held_until AS held_until,
  touches.outcome AS outcome
  FROM touches
  WHERE touches.process = 'renewals'
  AND touches.state IN ('planned', 'awaiting-approval', 'ready')
  AND NOT touches.resendable
),
due_item_once AS MATERIALIZED /* the facts of each due-item that a touch is about */ (
  SELECT items.subject_id AS subject_id,
  items.store_id AS store_id,
  items.customer_id AS customer_id,
  stores.time_zone AS time_zone,
  coalesce(own_languages.language, stores.language) AS language,
  stores.today AS today,
  customers.name AS customer,
  customers.salutation AS salutation,
  stores.name AS store,
  stores.phone AS store_phone,
  items.day AS day,
  timezone(stores.time_zone, items.day + '00:00:00') AS anchor_at,
  timezone(stores.time_zone, items.call_on + '00:00:00') AS "call-due",
  items.item AS item,
  items.provider AS provider,
  items.vehicle_id AS vehicle_id,
  items.issued_on AS issued_on,
  items.works AS works,
  items.limit_kilometres AS limit_kilometres,
  items.basis AS basis,
  items.figures AS figures,
  CASE
  WHEN (items.status_on > stores.today) THEN 'open'
  ELSE items.status END AS status,
  coalesce(vehicles.disposed_on <= stores.today, FALSE) AS sold,
  nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle
  FROM (
    SELECT either_way.subject_id AS subject_id,
    either_way.store_id AS store_id,
    either_way.customer_id AS customer_id,
    either_way.vehicle_id AS vehicle_id,
    either_way.item AS item,
    either_way.provider AS provider,
    either_way.issued_on AS issued_on,
    either_way.works AS works,
    either_way.limit_kilometres AS limit_kilometres,
    either_way.status AS status,
    either_way.status_on AS status_on,
    either_way.day AS day,
    either_way.call_on AS call_on,
    either_way.basis AS basis,
    either_way.figures AS figures,
    either_way.known_from AS known_from,
    either_way.known_until AS known_until
    FROM (
      SELECT due_items.id AS subject_id,
      due_items.store_id AS store_id,
      due_items.customer_id AS customer_id,
      due_items.vehicle_id AS vehicle_id,
      due_items.item AS item,
      due_items.provider AS provider,
      due_items.issued_on AS issued_on,
      due_items.works AS works,
      due_items.limit_kilometres AS limit_kilometres,
      due_items.status AS status,
      due_items.status_on AS status_on,
      due_items.ends_on AS day,
      due_items.call_on AS call_on,
      CAST(NULL AS TEXT) AS basis,
      CAST(NULL AS JSONB) AS figures,
      CAST(NULL AS DATE) AS known_from,
      CAST(NULL AS DATE) AS known_until
      FROM due_items
      WHERE due_items.limit_kilometres IS NULL
      AND due_items.id IN (
        SELECT open_touches.subject_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'due-item', FALSE)
      )
      UNION ALL
      SELECT due_items.id AS subject_id,
      due_items.store_id AS store_id,
      due_items.customer_id AS customer_id,
      due_items.vehicle_id AS vehicle_id,
      due_items.item AS item,
      due_items.provider AS provider,
      due_items.issued_on AS issued_on,
      due_items.works AS works,
      due_items.limit_kilometres AS limit_kilometres,
      due_items.status AS status,
      due_items.status_on AS status_on,
      due_item_days.due_on AS due_on,
      due_item_days.call_on AS call_on,
      CAST(due_item_days.basis AS TEXT) AS basis,
      due_item_days.figures AS figures,
      due_item_days.known_from AS known_from,
      due_item_days.known_until AS known_until
      FROM due_item_days
      JOIN due_items ON due_items.id = due_item_days.due_item_id
      WHERE due_items.id IN (
        SELECT open_touches.subject_id FROM open_touches WHERE coalesce(open_touches.subject_kind = 'due-item', FALSE)
      )
    ) AS either_way
    LIMIT ALL OFFSET :param
  ) AS items
  JOIN (
    SELECT stores.id AS id,
    stores.time_zone AS time_zone,
    stores.language AS language,
    stores.name AS name,
    stores.phone AS phone,
    CAST(timezone(stores.time_zone, :param) AS DATE) AS today
    FROM stores
    LIMIT ALL OFFSET :param
  ) AS stores ON stores.id = items.store_id
  LEFT OUTER JOIN (
    SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
  ) AS own_languages ON own_languages.id = items.customer_id
  LEFT OUTER JOIN customers ON customers.id = items.customer_id
  LEFT OUTER JOIN vehicles ON vehicles.id = items.vehicle_id
  WHERE coalesce(items.known_from <= stores.today, TRUE)
  AND coalesce(stores.today < items.known_until, TRUE)
  AND coalesce(items.issued_on <= stores.today, TRUE)
),
ended AS /* open touches whose reason has gone or whose time has passed */ (
  SELECT judged.touch_id AS touch_id,
  CASE
  WHEN judged.moved THEN 'superseded'
  WHEN (judged.gone IS NOT NULL) THEN 'cancelled'
  WHEN (judged.state = 'ready') THEN 'missed'
  ELSE 'skipped' END AS state,
  CASE
  WHEN judged.moved THEN 'anchor'
  WHEN (judged.gone IS NOT NULL) THEN 'facts'
  ELSE 'validity' END AS gate,
  CASE
  WHEN judged.moved THEN 'date-moved'
  WHEN (judged.gone IS NOT NULL) THEN judged.gone
  WHEN (judged.state = 'ready') THEN 'undone-in-time'
  ELSE 'time-passed' END AS reason,
  coalesce(judged.figures, jsonb_build_object()) AS figures
  FROM (
    SELECT open_touches.id AS touch_id,
    open_touches.state AS state,
    coalesce(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'due-item'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN NOT (
        ((policy_versions.body['rules'] -> 'items') @> to_jsonb(due_item_now.item))
      ) THEN 'item-of-another-kind'
      WHEN (
        'first-item' = ANY (open_touches.conditions)
        AND NOT (
          ((policy_versions.body['rules'] -> 'first_items') @> to_jsonb(due_item_now.item))
        )
      ) THEN 'item-not-the-first'
      WHEN (
        'later-item' = ANY (open_touches.conditions)
        AND (
          (policy_versions.body['rules'] -> 'first_items') @> to_jsonb(due_item_now.item)
        )
      ) THEN 'item-is-the-first'
      WHEN (
        'called-item' = ANY (open_touches.conditions)
        AND NOT (
          ((policy_versions.body['rules'] -> 'called_items') @> to_jsonb(due_item_now.item))
        )
      ) THEN 'item-not-called-about'
      WHEN (
        'asked-item' = ANY (open_touches.conditions)
        AND NOT (
          ((policy_versions.body['rules'] -> 'asked_items') @> to_jsonb(due_item_now.item))
        )
      ) THEN 'item-not-asked-about'
      WHEN ('vehicle-kept' = ANY (open_touches.conditions) AND due_item_now.sold) THEN 'vehicle-sold'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions) AND due_item_now.status = 'elsewhere'
      ) THEN 'item-renewed-elsewhere'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions) AND due_item_now.status = 'declined'
      ) THEN 'item-declined'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions)
        AND (
          EXISTS (
            SELECT :param AS anon_5
            FROM repair_orders
            WHERE repair_orders.vehicle_id = due_item_now.vehicle_id
            AND CAST(repair_orders.work_kind AS TEXT) = ANY (due_item_now.works)
            AND repair_orders.closed_on > coalesce(due_item_now.issued_on, due_item_now.day - :day)
            AND repair_orders.closed_on <= due_item_now.today
          )
        )
      ) THEN 'service-done'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions)
        AND (
          due_item_now.status = 'renewed'
          OR (
            EXISTS (
              SELECT :param AS anon_6
              FROM due_items AS due_items_1
              WHERE due_items_1.customer_id = due_item_now.customer_id
              AND due_items_1.item = due_item_now.item
              AND due_items_1.vehicle_id IS NOT DISTINCT
              FROM due_item_now.vehicle_id
              AND due_items_1.id != due_item_now.subject_id
              AND due_items_1.ends_on > due_item_now.day
              AND (
                due_items_1.works IS NULL OR due_items_1.issued_on > due_item_now.issued_on
              )
              AND coalesce(due_items_1.issued_on <= due_item_now.today, TRUE)
            )
          )
        )
      ) THEN 'item-renewed'
      WHEN (
        'not-booked' = ANY (open_touches.conditions)
        AND due_item_now.works IS NOT NULL
        AND (
          (
            EXISTS (
              SELECT :param AS anon_7
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_item_now.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id = due_item_now.vehicle_id
            )
          )
          OR (
            EXISTS (
              SELECT :param AS anon_7
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_item_now.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id IS NULL
              AND appointments.customer_id = due_item_now.customer_id
            )
          )
        )
      ) THEN 'service-booked' END END IS NULL
      AND CASE
      WHEN (open_touches.series IS NOT NULL) THEN NOT (
        coalesce(
          (
            CAST(
              (
                (
                  EXTRACT(
                    year FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                  ) - EXTRACT(
                    year
                    FROM timezone(
                      due_item_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                      ELSE due_item_now.anchor_at END
                    )
                  )
                ) * :param + EXTRACT(
                  month FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                )
              ) - EXTRACT(
                month
                FROM timezone(
                  due_item_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                  ELSE due_item_now.anchor_at END
                )
              ) AS INTEGER
            ) - CASE
            WHEN (
              CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
              AND EXTRACT(day FROM timezone(due_item_now.time_zone, open_touches.anchor_at)) < EXTRACT(
                day
                FROM timezone(
                  due_item_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                  ELSE due_item_now.anchor_at END
                )
              )
            ) THEN :param
            ELSE :param END
          ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
          (
            CAST(timezone(due_item_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
              timezone(
                due_item_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                ELSE due_item_now.anchor_at END
              ) AS DATE
            )
          ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
        ) >= :coalesce
        AND CASE
        WHEN (
          coalesce(
            (
              CAST(
                (
                  (
                    EXTRACT(
                      year FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                    ) - EXTRACT(
                      year
                      FROM timezone(
                        due_item_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                        ELSE due_item_now.anchor_at END
                      )
                    )
                  ) * :param + EXTRACT(
                    month FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                  )
                ) - EXTRACT(
                  month
                  FROM timezone(
                    due_item_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                    ELSE due_item_now.anchor_at END
                  )
                ) AS INTEGER
              ) - CASE
              WHEN (
                CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                AND EXTRACT(
                  day FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                ) < EXTRACT(
                  day
                  FROM timezone(
                    due_item_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                    ELSE due_item_now.anchor_at END
                  )
                )
              ) THEN :param
              ELSE :param END
            ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
            (
              CAST(timezone(due_item_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                timezone(
                  due_item_now.time_zone,
                  CASE
                  WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                  ELSE due_item_now.anchor_at END
                ) AS DATE
              )
            ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
          ) = :coalesce
        ) THEN CASE
        WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
        ELSE due_item_now.anchor_at END
        ELSE timezone(
          due_item_now.time_zone,
          timezone(
            due_item_now.time_zone,
            CASE
            WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
            ELSE due_item_now.anchor_at END
          ) + make_interval(
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          due_item_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                          ELSE due_item_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      due_item_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                      ELSE due_item_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day
                    FROM timezone(
                      due_item_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                      ELSE due_item_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(due_item_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                  timezone(
                    due_item_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                    ELSE due_item_now.anchor_at END
                  ) AS DATE
                )
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'months') AS INTEGER),
            :make_interval,
            coalesce(
              (
                CAST(
                  (
                    (
                      EXTRACT(
                        year FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                      ) - EXTRACT(
                        year
                        FROM timezone(
                          due_item_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                          ELSE due_item_now.anchor_at END
                        )
                      )
                    ) * :param + EXTRACT(
                      month FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                    )
                  ) - EXTRACT(
                    month
                    FROM timezone(
                      due_item_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                      ELSE due_item_now.anchor_at END
                    )
                  ) AS INTEGER
                ) - CASE
                WHEN (
                  CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                  AND EXTRACT(
                    day FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                  ) < EXTRACT(
                    day
                    FROM timezone(
                      due_item_now.time_zone,
                      CASE
                      WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                      ELSE due_item_now.anchor_at END
                    )
                  )
                ) THEN :param
                ELSE :param END
              ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
              (
                CAST(timezone(due_item_now.time_zone, open_touches.anchor_at) AS DATE) - CAST(
                  timezone(
                    due_item_now.time_zone,
                    CASE
                    WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                    ELSE due_item_now.anchor_at END
                  ) AS DATE
                )
              ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
            ) * CAST((open_touches.series ->> 'days') AS INTEGER)
          ) + CASE
          WHEN (
            CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
            AND CAST((open_touches.series ->> 'months') AS INTEGER) > :param
            AND EXTRACT(
              day
              FROM timezone(
                due_item_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                ELSE due_item_now.anchor_at END
              ) + make_interval(
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              due_item_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'call-due'
                              ) THEN due_item_now."call-due"
                              ELSE due_item_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          due_item_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                          ELSE due_item_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          due_item_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                          ELSE due_item_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(due_item_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        due_item_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                        ELSE due_item_now.anchor_at END
                      ) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'months') AS INTEGER),
                :make_interval,
                coalesce(
                  (
                    CAST(
                      (
                        (
                          EXTRACT(
                            year FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                          ) - EXTRACT(
                            year
                            FROM timezone(
                              due_item_now.time_zone,
                              CASE
                              WHEN (
                                (open_touches.series ->> 'counts_from') = 'call-due'
                              ) THEN due_item_now."call-due"
                              ELSE due_item_now.anchor_at END
                            )
                          )
                        ) * :param + EXTRACT(
                          month FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                        )
                      ) - EXTRACT(
                        month
                        FROM timezone(
                          due_item_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                          ELSE due_item_now.anchor_at END
                        )
                      ) AS INTEGER
                    ) - CASE
                    WHEN (
                      CAST((open_touches.series ->> 'next_day') AS BOOLEAN)
                      AND EXTRACT(
                        day FROM timezone(due_item_now.time_zone, open_touches.anchor_at)
                      ) < EXTRACT(
                        day
                        FROM timezone(
                          due_item_now.time_zone,
                          CASE
                          WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                          ELSE due_item_now.anchor_at END
                        )
                      )
                    ) THEN :param
                    ELSE :param END
                  ) / nullif(CAST((open_touches.series ->> 'months') AS INTEGER), :nullif),
                  (
                    CAST(
                      timezone(due_item_now.time_zone, open_touches.anchor_at) AS DATE
                    ) - CAST(
                      timezone(
                        due_item_now.time_zone,
                        CASE
                        WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                        ELSE due_item_now.anchor_at END
                      ) AS DATE
                    )
                  ) / nullif(CAST((open_touches.series ->> 'days') AS INTEGER), :nullif)
                ) * CAST((open_touches.series ->> 'days') AS INTEGER)
              )
            ) < EXTRACT(
              day
              FROM timezone(
                due_item_now.time_zone,
                CASE
                WHEN ((open_touches.series ->> 'counts_from') = 'call-due') THEN due_item_now."call-due"
                ELSE due_item_now.anchor_at END
              )
            )
          ) THEN '1 day, 0:00:00'
          ELSE '0:00:00' END
        ) END = open_touches.anchor_at
      )
      ELSE open_touches.anchor_at != due_item_now.anchor_at END,
      FALSE
    ) AS moved,
    CASE
    WHEN (due_item_now.subject_id IS NULL) THEN 'subject-gone'
    ELSE CAST(
      CASE
      WHEN CASE
      WHEN (open_touches.series IS NOT NULL) THEN EXISTS (
        SELECT :param AS anon_4
        FROM touches AS earlier
        WHERE earlier.process = open_touches.process
        AND earlier.subject_kind = 'due-item'
        AND earlier.step = open_touches.step
        AND earlier.subject_id = open_touches.subject_id
        AND earlier.anchor_at != open_touches.anchor_at
        AND earlier.due_at < open_touches.due_at
        AND earlier.valid_until > open_touches.due_at
        AND earlier.state IN ('planned', 'awaiting-approval', 'ready', 'claimed', 'sending')
      )
      ELSE FALSE END THEN 'earlier-occurrence-open'
      ELSE CASE
      WHEN NOT ((policy_versions.body['rules'] -> 'items') @> to_jsonb(due_item_now.item)) THEN 'item-of-another-kind'
      WHEN (
        'first-item' = ANY (open_touches.conditions)
        AND NOT (
          ((policy_versions.body['rules'] -> 'first_items') @> to_jsonb(due_item_now.item))
        )
      ) THEN 'item-not-the-first'
      WHEN (
        'later-item' = ANY (open_touches.conditions)
        AND (
          (policy_versions.body['rules'] -> 'first_items') @> to_jsonb(due_item_now.item)
        )
      ) THEN 'item-is-the-first'
      WHEN (
        'called-item' = ANY (open_touches.conditions)
        AND NOT (
          ((policy_versions.body['rules'] -> 'called_items') @> to_jsonb(due_item_now.item))
        )
      ) THEN 'item-not-called-about'
      WHEN (
        'asked-item' = ANY (open_touches.conditions)
        AND NOT (
          ((policy_versions.body['rules'] -> 'asked_items') @> to_jsonb(due_item_now.item))
        )
      ) THEN 'item-not-asked-about'
      WHEN ('vehicle-kept' = ANY (open_touches.conditions) AND due_item_now.sold) THEN 'vehicle-sold'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions) AND due_item_now.status = 'elsewhere'
      ) THEN 'item-renewed-elsewhere'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions) AND due_item_now.status = 'declined'
      ) THEN 'item-declined'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions)
        AND (
          EXISTS (
            SELECT :param AS anon_5
            FROM repair_orders
            WHERE repair_orders.vehicle_id = due_item_now.vehicle_id
            AND CAST(repair_orders.work_kind AS TEXT) = ANY (due_item_now.works)
            AND repair_orders.closed_on > coalesce(due_item_now.issued_on, due_item_now.day - :day)
            AND repair_orders.closed_on <= due_item_now.today
          )
        )
      ) THEN 'service-done'
      WHEN (
        'not-renewed' = ANY (open_touches.conditions)
        AND (
          due_item_now.status = 'renewed'
          OR (
            EXISTS (
              SELECT :param AS anon_6
              FROM due_items AS due_items_1
              WHERE due_items_1.customer_id = due_item_now.customer_id
              AND due_items_1.item = due_item_now.item
              AND due_items_1.vehicle_id IS NOT DISTINCT
              FROM due_item_now.vehicle_id
              AND due_items_1.id != due_item_now.subject_id
              AND due_items_1.ends_on > due_item_now.day
              AND (
                due_items_1.works IS NULL OR due_items_1.issued_on > due_item_now.issued_on
              )
              AND coalesce(due_items_1.issued_on <= due_item_now.today, TRUE)
            )
          )
        )
      ) THEN 'item-renewed'
      WHEN (
        'not-booked' = ANY (open_touches.conditions)
        AND due_item_now.works IS NOT NULL
        AND (
          (
            EXISTS (
              SELECT :param AS anon_7
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_item_now.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id = due_item_now.vehicle_id
            )
          )
          OR (
            EXISTS (
              SELECT :param AS anon_7
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (due_item_now.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id IS NULL
              AND appointments.customer_id = due_item_now.customer_id
            )
          )
        )
      ) THEN 'service-booked' END END AS TEXT
    ) END AS gone,
    open_touches.valid_until <= :param AS passed,
    (
      coalesce(due_item_now.figures, :param) || jsonb_strip_nulls(jsonb_build_object('basis', due_item_now.basis))
    ) || jsonb_build_object(
      'item',
      due_item_now.item,
      'ends_on',
      due_item_now.day,
      'status',
      due_item_now.status,
      'vehicle_sold',
      due_item_now.sold
    ) AS figures
    FROM open_touches
    JOIN policy_versions ON policy_versions.id = open_touches.policy_version_id
    LEFT OUTER JOIN (
      SELECT due_item_once.subject_id AS subject_id,
      due_item_once.store_id AS store_id,
      due_item_once.customer_id AS customer_id,
      due_item_once.time_zone AS time_zone,
      due_item_once.language AS language,
      due_item_once.today AS today,
      due_item_once.customer AS customer,
      due_item_once.salutation AS salutation,
      due_item_once.store AS store,
      due_item_once.store_phone AS store_phone,
      due_item_once.day AS day,
      due_item_once.anchor_at AS anchor_at,
      due_item_once."call-due" AS "call-due",
      due_item_once.item AS item,
      due_item_once.provider AS provider,
      due_item_once.vehicle_id AS vehicle_id,
      due_item_once.issued_on AS issued_on,
      due_item_once.works AS works,
      due_item_once.limit_kilometres AS limit_kilometres,
      due_item_once.basis AS basis,
      due_item_once.figures AS figures,
      due_item_once.status AS status,
      due_item_once.sold AS sold,
      due_item_once.vehicle AS vehicle
      FROM due_item_once
    ) AS due_item_now ON due_item_now.subject_id = open_touches.subject_id
    WHERE coalesce(open_touches.subject_kind = 'due-item', FALSE)
  ) AS judged
  WHERE judged.moved
  OR judged.gone IS NOT NULL
  OR judged.passed
),
changed AS /* those touches in the state in which they end */ (
  UPDATE touches
  SET state=ended.state,
  state_at=:param,
  gate=ended.gate,
  reason=ended.reason,
  reason_figures=NULL
  FROM ended
  WHERE (
    coalesce(touches.state IN ('awaiting-approval', 'planned', 'ready'), false)
    AND ended.state IN ('superseded', 'cancelled')
    OR coalesce(touches.state IN ('awaiting-approval', 'planned'), false)
    AND ended.state IN ('skipped')
    OR coalesce(touches.state IN ('ready'), false)
    AND ended.state IN ('missed')
  )
  AND touches.id = ended.touch_id
  RETURNING touches.id,
  touches.state,
  touches.reason
),
recorded AS /* the verdicts on what ended, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at, run_id)
  SELECT ended.touch_id AS touch_id,
  ended.gate AS gate,
  'stop' AS anon_1,
  ended.reason AS reason,
  ended.figures AS figures,
  :param AS anon_2,
  NULL AS anon_3
  FROM ended
  JOIN changed ON changed.id = ended.touch_id
)
SELECT changed.state,
changed.reason,
count(*) AS touches
FROM changed
GROUP BY changed.state,
changed.reason;

WITH anon_14 AS /* the facts of each subject that a step may be due for */ (
  SELECT known.subject_id AS subject_id,
  known.store_id AS store_id,
  known.customer_id AS customer_id,
  known.time_zone AS time_zone,
  known.language AS language,
  known.today AS today,
  known.day AS day,
  known.anchor_at AS anchor_at,
  known."call-due" AS "call-due",
  known.item AS item,
  known.vehicle_id AS vehicle_id,
  known.issued_on AS issued_on,
  known.works AS works,
  known.limit_kilometres AS limit_kilometres,
  known.basis AS basis,
  known.figures AS figures,
  known.status AS status,
  known.sold AS sold
  FROM (
    SELECT items.subject_id AS subject_id,
    items.store_id AS store_id,
    items.customer_id AS customer_id,
    stores.time_zone AS time_zone,
    coalesce(own_languages.language, stores.language) AS language,
    stores.today AS today,
    customers.name AS customer,
    customers.salutation AS salutation,
    stores.name AS store,
    stores.phone AS store_phone,
    items.day AS day,
    timezone(stores.time_zone, items.day + '00:00:00') AS anchor_at,
    timezone(stores.time_zone, items.call_on + '00:00:00') AS "call-due",
    items.item AS item,
    items.provider AS provider,
    items.vehicle_id AS vehicle_id,
    items.issued_on AS issued_on,
    items.works AS works,
    items.limit_kilometres AS limit_kilometres,
    items.basis AS basis,
    items.figures AS figures,
    CASE
    WHEN (items.status_on > stores.today) THEN 'open'
    ELSE items.status END AS status,
    coalesce(vehicles.disposed_on <= stores.today, FALSE) AS sold,
    nullif(concat_ws(' ', coalesce(vehicles.model, vehicles.make), vehicles.plate), '') AS vehicle
    FROM (
      SELECT either_way.subject_id AS subject_id,
      either_way.store_id AS store_id,
      either_way.customer_id AS customer_id,
      either_way.vehicle_id AS vehicle_id,
      either_way.item AS item,
      either_way.provider AS provider,
      either_way.issued_on AS issued_on,
      either_way.works AS works,
      either_way.limit_kilometres AS limit_kilometres,
      either_way.status AS status,
      either_way.status_on AS status_on,
      either_way.day AS day,
      either_way.call_on AS call_on,
      either_way.basis AS basis,
      either_way.figures AS figures,
      either_way.known_from AS known_from,
      either_way.known_until AS known_until
      FROM (
        SELECT due_items.id AS subject_id,
        due_items.store_id AS store_id,
        due_items.customer_id AS customer_id,
        due_items.vehicle_id AS vehicle_id,
        due_items.item AS item,
        due_items.provider AS provider,
        due_items.issued_on AS issued_on,
        due_items.works AS works,
        due_items.limit_kilometres AS limit_kilometres,
        due_items.status AS status,
        due_items.status_on AS status_on,
        due_items.ends_on AS day,
        due_items.call_on AS call_on,
        CAST(NULL AS TEXT) AS basis,
        CAST(NULL AS JSONB) AS figures,
        CAST(NULL AS DATE) AS known_from,
        CAST(NULL AS DATE) AS known_until
        FROM due_items
        WHERE due_items.limit_kilometres IS NULL
        AND (
          due_items.ends_on BETWEEN '2026-03-20'
          AND '2026-05-12'
          OR due_items.ends_on BETWEEN '2026-03-12'
          AND '2026-04-27'
          OR due_items.ends_on BETWEEN '2026-03-05'
          AND '2026-04-19'
          OR due_items.ends_on BETWEEN '2026-03-05'
          AND '2026-03-15'
          OR due_items.ends_on BETWEEN '2026-02-24'
          AND '2026-03-09'
        )
        AND due_items.store_id IN (:store_id_1)
        UNION ALL
        SELECT due_items.id AS subject_id,
        due_items.store_id AS store_id,
        due_items.customer_id AS customer_id,
        due_items.vehicle_id AS vehicle_id,
        due_items.item AS item,
        due_items.provider AS provider,
        due_items.issued_on AS issued_on,
        due_items.works AS works,
        due_items.limit_kilometres AS limit_kilometres,
        due_items.status AS status,
        due_items.status_on AS status_on,
        due_item_days.due_on AS due_on,
        due_item_days.call_on AS call_on,
        CAST(due_item_days.basis AS TEXT) AS basis,
        due_item_days.figures AS figures,
        due_item_days.known_from AS known_from,
        due_item_days.known_until AS known_until
        FROM due_item_days
        JOIN due_items ON due_items.id = due_item_days.due_item_id
        WHERE (
          due_item_days.due_on BETWEEN '2026-03-20'
          AND '2026-05-12'
          OR due_item_days.due_on BETWEEN '2026-03-12'
          AND '2026-04-27'
          OR due_item_days.due_on BETWEEN '2026-03-05'
          AND '2026-04-19'
          OR due_item_days.due_on BETWEEN '2026-03-05'
          AND '2026-03-15'
          OR due_item_days.due_on BETWEEN '2026-02-24'
          AND '2026-03-09'
        )
        AND due_items.store_id IN (:store_id_2)
      ) AS either_way
      LIMIT ALL OFFSET :param
    ) AS items
    JOIN (
      SELECT stores.id AS id,
      stores.time_zone AS time_zone,
      stores.language AS language,
      stores.name AS name,
      stores.phone AS phone,
      CAST(timezone(stores.time_zone, :param) AS DATE) AS today
      FROM stores
      LIMIT ALL OFFSET :param
    ) AS stores ON stores.id = items.store_id
    LEFT OUTER JOIN (
      SELECT customers.id AS id, customers.language AS language FROM customers WHERE customers.language IS NOT NULL
    ) AS own_languages ON own_languages.id = items.customer_id
    LEFT OUTER JOIN customers ON customers.id = items.customer_id
    LEFT OUTER JOIN vehicles ON vehicles.id = items.vehicle_id
    WHERE coalesce(items.known_from <= stores.today, TRUE)
    AND coalesce(stores.today < items.known_until, TRUE)
    AND coalesce(items.issued_on <= stores.today, TRUE)
  ) AS known
),
looked_at AS /* each subject and step in the span: when it is due, and why it is not wanted */ (
  SELECT population.step AS step,
  population.subject_id AS subject_id,
  population.anchor_at AS anchor_at,
  population.store_id AS store_id,
  population.customer_id AS customer_id,
  population.template_version_id AS template_version_id,
  population.due_at AS due_at,
  population.valid_until AS valid_until,
  population.not_before AS not_before,
  population.passed AS passed,
  population.late AS late,
  population.figures AS figures,
  population.reason AS reason,
  population.wanted AS wanted
  FROM (
    SELECT 'notice-30' AS step,
    judged_notice_30.subject_id AS subject_id,
    judged_notice_30.anchor_at AS anchor_at,
    judged_notice_30.store_id AS store_id,
    judged_notice_30.customer_id AS customer_id,
    CASE
    WHEN (judged_notice_30.language = 'en') THEN :param
    WHEN (judged_notice_30.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_notice_30.due_at AS due_at,
    judged_notice_30.valid_until AS valid_until,
    judged_notice_30.due_at AS not_before,
    judged_notice_30.valid_until <= :param AS passed,
    judged_notice_30.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_notice_30.reason IS NULL) THEN (
      coalesce(judged_notice_30.figures, :param) || jsonb_strip_nulls(jsonb_build_object('basis', judged_notice_30.basis))
    ) || jsonb_build_object(
      'item',
      judged_notice_30.item,
      'ends_on',
      judged_notice_30.day,
      'status',
      judged_notice_30.status,
      'vehicle_sold',
      judged_notice_30.sold
    ) END AS figures,
    judged_notice_30.reason AS reason,
    judged_notice_30.reason IS NULL AS wanted
    FROM (
      SELECT dated_notice_30.subject_id AS subject_id,
      dated_notice_30.store_id AS store_id,
      dated_notice_30.customer_id AS customer_id,
      dated_notice_30.time_zone AS time_zone,
      dated_notice_30.language AS language,
      dated_notice_30.today AS today,
      dated_notice_30.day AS day,
      dated_notice_30.anchor_at AS anchor_at,
      dated_notice_30."call-due" AS "call-due",
      dated_notice_30.item AS item,
      dated_notice_30.vehicle_id AS vehicle_id,
      dated_notice_30.issued_on AS issued_on,
      dated_notice_30.works AS works,
      dated_notice_30.limit_kilometres AS limit_kilometres,
      dated_notice_30.basis AS basis,
      dated_notice_30.figures AS figures,
      dated_notice_30.status AS status,
      dated_notice_30.sold AS sold,
      dated_notice_30.due_at AS due_at,
      dated_notice_30.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_10
          FROM touches
          WHERE touches.process = 'renewals'
          AND touches.subject_kind = 'due-item'
          AND touches.subject_id = dated_notice_30.subject_id
          AND touches.step = 'notice-30'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_notice_30.anchor_at
          AND touches.anchor_at BETWEEN dated_notice_30.anchor_at - '180 days, 0:00:00'
          AND dated_notice_30.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN NOT ((:param -> 'items') @> to_jsonb(dated_notice_30.item)) THEN 'item-of-another-kind'
      WHEN (
        'first-item' = ANY ('{not-renewed,vehicle-kept}')
        AND NOT (((:param -> 'first_items') @> to_jsonb(dated_notice_30.item)))
      ) THEN 'item-not-the-first'
      WHEN (
        'later-item' = ANY ('{not-renewed,vehicle-kept}')
        AND ((:param -> 'first_items') @> to_jsonb(dated_notice_30.item))
      ) THEN 'item-is-the-first'
      WHEN (
        'called-item' = ANY ('{not-renewed,vehicle-kept}')
        AND NOT (((:param -> 'called_items') @> to_jsonb(dated_notice_30.item)))
      ) THEN 'item-not-called-about'
      WHEN (
        'asked-item' = ANY ('{not-renewed,vehicle-kept}')
        AND NOT (((:param -> 'asked_items') @> to_jsonb(dated_notice_30.item)))
      ) THEN 'item-not-asked-about'
      WHEN (
        'vehicle-kept' = ANY ('{not-renewed,vehicle-kept}') AND dated_notice_30.sold
      ) THEN 'vehicle-sold'
      WHEN (
        'not-renewed' = ANY ('{not-renewed,vehicle-kept}') AND dated_notice_30.status = 'elsewhere'
      ) THEN 'item-renewed-elsewhere'
      WHEN (
        'not-renewed' = ANY ('{not-renewed,vehicle-kept}') AND dated_notice_30.status = 'declined'
      ) THEN 'item-declined'
      WHEN (
        'not-renewed' = ANY ('{not-renewed,vehicle-kept}')
        AND (
          EXISTS (
            SELECT :param AS anon_11
            FROM repair_orders
            WHERE repair_orders.vehicle_id = dated_notice_30.vehicle_id
            AND CAST(repair_orders.work_kind AS TEXT) = ANY (dated_notice_30.works)
            AND repair_orders.closed_on > coalesce(dated_notice_30.issued_on, dated_notice_30.day - :day)
            AND repair_orders.closed_on <= dated_notice_30.today
          )
        )
      ) THEN 'service-done'
      WHEN (
        'not-renewed' = ANY ('{not-renewed,vehicle-kept}')
        AND (
          dated_notice_30.status = 'renewed'
          OR (
            EXISTS (
              SELECT :param AS anon_12
              FROM due_items AS due_items_1
              WHERE due_items_1.customer_id = dated_notice_30.customer_id
              AND due_items_1.item = dated_notice_30.item
              AND due_items_1.vehicle_id IS NOT DISTINCT
              FROM dated_notice_30.vehicle_id
              AND due_items_1.id != dated_notice_30.subject_id
              AND due_items_1.ends_on > dated_notice_30.day
              AND (
                due_items_1.works IS NULL OR due_items_1.issued_on > dated_notice_30.issued_on
              )
              AND coalesce(due_items_1.issued_on <= dated_notice_30.today, TRUE)
            )
          )
        )
      ) THEN 'item-renewed'
      WHEN (
        'not-booked' = ANY ('{not-renewed,vehicle-kept}')
        AND dated_notice_30.works IS NOT NULL
        AND (
          (
            EXISTS (
              SELECT :param AS anon_13
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_notice_30.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id = dated_notice_30.vehicle_id
            )
          )
          OR (
            EXISTS (
              SELECT :param AS anon_13
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_notice_30.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id IS NULL
              AND appointments.customer_id = dated_notice_30.customer_id
            )
          )
        )
      ) THEN 'service-booked' END END AS reason
      FROM (
        SELECT anon_14.subject_id AS subject_id,
        anon_14.store_id AS store_id,
        anon_14.customer_id AS customer_id,
        anon_14.time_zone AS time_zone,
        anon_14.language AS language,
        anon_14.today AS today,
        anon_14.day AS day,
        anon_14.anchor_at AS anchor_at,
        anon_14."call-due" AS "call-due",
        anon_14.item AS item,
        anon_14.vehicle_id AS vehicle_id,
        anon_14.issued_on AS issued_on,
        anon_14.works AS works,
        anon_14.limit_kilometres AS limit_kilometres,
        anon_14.basis AS basis,
        anon_14.figures AS figures,
        anon_14.status AS status,
        anon_14.sold AS sold,
        timezone(
          anon_14.time_zone,
          least(
            anon_14.day,
            (
              SELECT min(coalesce(due_item_days_1.due_on, due_items_2.ends_on)) AS min_1
              FROM due_items AS due_items_2
              LEFT OUTER JOIN due_item_days AS due_item_days_1 ON due_item_days_1.due_item_id = due_items_2.id
              AND due_item_days_1.known_from <= anon_14.today
              AND anon_14.today < due_item_days_1.known_until
              LEFT OUTER JOIN vehicles AS vehicles_1 ON vehicles_1.id = due_items_2.vehicle_id
              WHERE due_items_2.customer_id = anon_14.customer_id
              AND due_items_2.id != anon_14.subject_id
              AND due_items_2.item = ANY (
                '{insurance,compulsory-insurance,annual-inspection,driving-licence,package,contract,maturity}'
              )
              AND coalesce(due_item_days_1.due_on, due_items_2.ends_on) BETWEEN anon_14.day - :day
              AND anon_14.day - :day
              AND coalesce(due_items_2.issued_on <= anon_14.today, TRUE)
              AND NOT (
                CASE
                WHEN (due_items_2.status_on > anon_14.today) THEN 'open'
                ELSE due_items_2.status END != 'open'
                OR (
                  EXISTS (
                    SELECT :param AS anon_15
                    FROM repair_orders,
                    anon_14
                    WHERE repair_orders.vehicle_id = due_items_2.vehicle_id
                    AND CAST(repair_orders.work_kind AS TEXT) = ANY (due_items_2.works)
                    AND repair_orders.closed_on > coalesce(
                      due_items_2.issued_on, coalesce(due_item_days_1.due_on, due_items_2.ends_on) - :coalesce
                    )
                    AND repair_orders.closed_on <= anon_14.today
                  )
                )
                OR (
                  EXISTS (
                    SELECT :param AS anon_16
                    FROM due_items AS due_items_3,
                    anon_14
                    WHERE due_items_3.customer_id = due_items_2.customer_id
                    AND due_items_3.item = due_items_2.item
                    AND due_items_3.vehicle_id IS NOT DISTINCT
                    FROM due_items_2.vehicle_id
                    AND due_items_3.id != due_items_2.id
                    AND due_items_3.ends_on > coalesce(due_item_days_1.due_on, due_items_2.ends_on)
                    AND (
                      due_items_3.works IS NULL OR due_items_3.issued_on > due_items_2.issued_on
                    )
                    AND coalesce(due_items_3.issued_on <= anon_14.today, TRUE)
                  )
                )
              )
              AND NOT coalesce(vehicles_1.disposed_on <= anon_14.today, FALSE)
            )
          ) + :param + '10:00:00'
        ) AS due_at,
        timezone(
          anon_14.time_zone,
          least(
            anon_14.day,
            (
              SELECT min(coalesce(due_item_days_2.due_on, due_items_4.ends_on)) AS min_2
              FROM due_items AS due_items_4
              LEFT OUTER JOIN due_item_days AS due_item_days_2 ON due_item_days_2.due_item_id = due_items_4.id
              AND due_item_days_2.known_from <= anon_14.today
              AND anon_14.today < due_item_days_2.known_until
              LEFT OUTER JOIN vehicles AS vehicles_2 ON vehicles_2.id = due_items_4.vehicle_id
              WHERE due_items_4.customer_id = anon_14.customer_id
              AND due_items_4.id != anon_14.subject_id
              AND due_items_4.item = ANY (
                '{insurance,compulsory-insurance,annual-inspection,driving-licence,package,contract,maturity}'
              )
              AND coalesce(due_item_days_2.due_on, due_items_4.ends_on) BETWEEN anon_14.day - :day
              AND anon_14.day - :day
              AND coalesce(due_items_4.issued_on <= anon_14.today, TRUE)
              AND NOT (
                CASE
                WHEN (due_items_4.status_on > anon_14.today) THEN 'open'
                ELSE due_items_4.status END != 'open'
                OR (
                  EXISTS (
                    SELECT :param AS anon_17
                    FROM repair_orders,
                    anon_14
                    WHERE repair_orders.vehicle_id = due_items_4.vehicle_id
                    AND CAST(repair_orders.work_kind AS TEXT) = ANY (due_items_4.works)
                    AND repair_orders.closed_on > coalesce(
                      due_items_4.issued_on, coalesce(due_item_days_2.due_on, due_items_4.ends_on) - :coalesce
                    )
                    AND repair_orders.closed_on <= anon_14.today
                  )
                )
                OR (
                  EXISTS (
                    SELECT :param AS anon_18
                    FROM due_items AS due_items_5,
                    anon_14
                    WHERE due_items_5.customer_id = due_items_4.customer_id
                    AND due_items_5.item = due_items_4.item
                    AND due_items_5.vehicle_id IS NOT DISTINCT
                    FROM due_items_4.vehicle_id
                    AND due_items_5.id != due_items_4.id
                    AND due_items_5.ends_on > coalesce(due_item_days_2.due_on, due_items_4.ends_on)
                    AND (
                      due_items_5.works IS NULL OR due_items_5.issued_on > due_items_4.issued_on
                    )
                    AND coalesce(due_items_5.issued_on <= anon_14.today, TRUE)
                  )
                )
              )
              AND NOT coalesce(vehicles_2.disposed_on <= anon_14.today, FALSE)
            )
          ) + :param + '10:00:00'
        ) AS valid_until
        FROM anon_14
        WHERE coalesce(anon_14.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_notice_30
      WHERE dated_notice_30.due_at IS NOT NULL
      AND dated_notice_30.due_at < dated_notice_30.valid_until
      AND dated_notice_30.due_at <= :param
      AND dated_notice_30.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_notice_30
    WHERE true
    UNION ALL
    SELECT 'reminder-15' AS step,
    judged_reminder_15.subject_id AS subject_id,
    judged_reminder_15.anchor_at AS anchor_at,
    judged_reminder_15.store_id AS store_id,
    judged_reminder_15.customer_id AS customer_id,
    CASE
    WHEN (judged_reminder_15.language = 'en') THEN :param
    WHEN (judged_reminder_15.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_reminder_15.due_at AS due_at,
    judged_reminder_15.valid_until AS valid_until,
    judged_reminder_15.due_at AS not_before,
    judged_reminder_15.valid_until <= :param AS passed,
    judged_reminder_15.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_reminder_15.reason IS NULL) THEN (
      coalesce(judged_reminder_15.figures, :param) || jsonb_strip_nulls(jsonb_build_object('basis', judged_reminder_15.basis))
    ) || jsonb_build_object(
      'item',
      judged_reminder_15.item,
      'ends_on',
      judged_reminder_15.day,
      'status',
      judged_reminder_15.status,
      'vehicle_sold',
      judged_reminder_15.sold
    ) END AS figures,
    judged_reminder_15.reason AS reason,
    judged_reminder_15.reason IS NULL AS wanted
    FROM (
      SELECT dated_reminder_15.subject_id AS subject_id,
      dated_reminder_15.store_id AS store_id,
      dated_reminder_15.customer_id AS customer_id,
      dated_reminder_15.time_zone AS time_zone,
      dated_reminder_15.language AS language,
      dated_reminder_15.today AS today,
      dated_reminder_15.day AS day,
      dated_reminder_15.anchor_at AS anchor_at,
      dated_reminder_15."call-due" AS "call-due",
      dated_reminder_15.item AS item,
      dated_reminder_15.vehicle_id AS vehicle_id,
      dated_reminder_15.issued_on AS issued_on,
      dated_reminder_15.works AS works,
      dated_reminder_15.limit_kilometres AS limit_kilometres,
      dated_reminder_15.basis AS basis,
      dated_reminder_15.figures AS figures,
      dated_reminder_15.status AS status,
      dated_reminder_15.sold AS sold,
      dated_reminder_15.due_at AS due_at,
      dated_reminder_15.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_19
          FROM touches
          WHERE touches.process = 'renewals'
          AND touches.subject_kind = 'due-item'
          AND touches.subject_id = dated_reminder_15.subject_id
          AND touches.step = 'reminder-15'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_reminder_15.anchor_at
          AND touches.anchor_at BETWEEN dated_reminder_15.anchor_at - '180 days, 0:00:00'
          AND dated_reminder_15.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN NOT ((:param -> 'items') @> to_jsonb(dated_reminder_15.item)) THEN 'item-of-another-kind'
      WHEN (
        'first-item' = ANY ('{not-renewed,vehicle-kept}')
        AND NOT (((:param -> 'first_items') @> to_jsonb(dated_reminder_15.item)))
      ) THEN 'item-not-the-first'
      WHEN (
        'later-item' = ANY ('{not-renewed,vehicle-kept}')
        AND ((:param -> 'first_items') @> to_jsonb(dated_reminder_15.item))
      ) THEN 'item-is-the-first'
      WHEN (
        'called-item' = ANY ('{not-renewed,vehicle-kept}')
        AND NOT (((:param -> 'called_items') @> to_jsonb(dated_reminder_15.item)))
      ) THEN 'item-not-called-about'
      WHEN (
        'asked-item' = ANY ('{not-renewed,vehicle-kept}')
        AND NOT (((:param -> 'asked_items') @> to_jsonb(dated_reminder_15.item)))
      ) THEN 'item-not-asked-about'
      WHEN (
        'vehicle-kept' = ANY ('{not-renewed,vehicle-kept}') AND dated_reminder_15.sold
      ) THEN 'vehicle-sold'
      WHEN (
        'not-renewed' = ANY ('{not-renewed,vehicle-kept}') AND dated_reminder_15.status = 'elsewhere'
      ) THEN 'item-renewed-elsewhere'
      WHEN (
        'not-renewed' = ANY ('{not-renewed,vehicle-kept}') AND dated_reminder_15.status = 'declined'
      ) THEN 'item-declined'
      WHEN (
        'not-renewed' = ANY ('{not-renewed,vehicle-kept}')
        AND (
          EXISTS (
            SELECT :param AS anon_20
            FROM repair_orders
            WHERE repair_orders.vehicle_id = dated_reminder_15.vehicle_id
            AND CAST(repair_orders.work_kind AS TEXT) = ANY (dated_reminder_15.works)
            AND repair_orders.closed_on > coalesce(dated_reminder_15.issued_on, dated_reminder_15.day - :day)
            AND repair_orders.closed_on <= dated_reminder_15.today
          )
        )
      ) THEN 'service-done'
      WHEN (
        'not-renewed' = ANY ('{not-renewed,vehicle-kept}')
        AND (
          dated_reminder_15.status = 'renewed'
          OR (
            EXISTS (
              SELECT :param AS anon_21
              FROM due_items AS due_items_6
              WHERE due_items_6.customer_id = dated_reminder_15.customer_id
              AND due_items_6.item = dated_reminder_15.item
              AND due_items_6.vehicle_id IS NOT DISTINCT
              FROM dated_reminder_15.vehicle_id
              AND due_items_6.id != dated_reminder_15.subject_id
              AND due_items_6.ends_on > dated_reminder_15.day
              AND (
                due_items_6.works IS NULL OR due_items_6.issued_on > dated_reminder_15.issued_on
              )
              AND coalesce(due_items_6.issued_on <= dated_reminder_15.today, TRUE)
            )
          )
        )
      ) THEN 'item-renewed'
      WHEN (
        'not-booked' = ANY ('{not-renewed,vehicle-kept}')
        AND dated_reminder_15.works IS NOT NULL
        AND (
          (
            EXISTS (
              SELECT :param AS anon_22
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_reminder_15.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id = dated_reminder_15.vehicle_id
            )
          )
          OR (
            EXISTS (
              SELECT :param AS anon_22
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_reminder_15.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id IS NULL
              AND appointments.customer_id = dated_reminder_15.customer_id
            )
          )
        )
      ) THEN 'service-booked' END END AS reason
      FROM (
        SELECT anon_14.subject_id AS subject_id,
        anon_14.store_id AS store_id,
        anon_14.customer_id AS customer_id,
        anon_14.time_zone AS time_zone,
        anon_14.language AS language,
        anon_14.today AS today,
        anon_14.day AS day,
        anon_14.anchor_at AS anchor_at,
        anon_14."call-due" AS "call-due",
        anon_14.item AS item,
        anon_14.vehicle_id AS vehicle_id,
        anon_14.issued_on AS issued_on,
        anon_14.works AS works,
        anon_14.limit_kilometres AS limit_kilometres,
        anon_14.basis AS basis,
        anon_14.figures AS figures,
        anon_14.status AS status,
        anon_14.sold AS sold,
        timezone(
          anon_14.time_zone,
          least(
            anon_14.day,
            (
              SELECT min(coalesce(due_item_days_3.due_on, due_items_7.ends_on)) AS min_3
              FROM due_items AS due_items_7
              LEFT OUTER JOIN due_item_days AS due_item_days_3 ON due_item_days_3.due_item_id = due_items_7.id
              AND due_item_days_3.known_from <= anon_14.today
              AND anon_14.today < due_item_days_3.known_until
              LEFT OUTER JOIN vehicles AS vehicles_3 ON vehicles_3.id = due_items_7.vehicle_id
              WHERE due_items_7.customer_id = anon_14.customer_id
              AND due_items_7.id != anon_14.subject_id
              AND due_items_7.item = ANY (
                '{insurance,compulsory-insurance,annual-inspection,driving-licence,package,contract,maturity}'
              )
              AND coalesce(due_item_days_3.due_on, due_items_7.ends_on) BETWEEN anon_14.day - :day
              AND anon_14.day - :day
              AND coalesce(due_items_7.issued_on <= anon_14.today, TRUE)
              AND NOT (
                CASE
                WHEN (due_items_7.status_on > anon_14.today) THEN 'open'
                ELSE due_items_7.status END != 'open'
                OR (
                  EXISTS (
                    SELECT :param AS anon_23
                    FROM repair_orders,
                    anon_14
                    WHERE repair_orders.vehicle_id = due_items_7.vehicle_id
                    AND CAST(repair_orders.work_kind AS TEXT) = ANY (due_items_7.works)
                    AND repair_orders.closed_on > coalesce(
                      due_items_7.issued_on, coalesce(due_item_days_3.due_on, due_items_7.ends_on) - :coalesce
                    )
                    AND repair_orders.closed_on <= anon_14.today
                  )
                )
                OR (
                  EXISTS (
                    SELECT :param AS anon_24
                    FROM due_items AS due_items_8,
                    anon_14
                    WHERE due_items_8.customer_id = due_items_7.customer_id
                    AND due_items_8.item = due_items_7.item
                    AND due_items_8.vehicle_id IS NOT DISTINCT
                    FROM due_items_7.vehicle_id
                    AND due_items_8.id != due_items_7.id
                    AND due_items_8.ends_on > coalesce(due_item_days_3.due_on, due_items_7.ends_on)
                    AND (
                      due_items_8.works IS NULL OR due_items_8.issued_on > due_items_7.issued_on
                    )
                    AND coalesce(due_items_8.issued_on <= anon_14.today, TRUE)
                  )
                )
              )
              AND NOT coalesce(vehicles_3.disposed_on <= anon_14.today, FALSE)
            )
          ) + :param + '10:00:00'
        ) AS due_at,
        timezone(
          anon_14.time_zone,
          least(
            anon_14.day,
            (
              SELECT min(coalesce(due_item_days_4.due_on, due_items_9.ends_on)) AS min_4
              FROM due_items AS due_items_9
              LEFT OUTER JOIN due_item_days AS due_item_days_4 ON due_item_days_4.due_item_id = due_items_9.id
              AND due_item_days_4.known_from <= anon_14.today
              AND anon_14.today < due_item_days_4.known_until
              LEFT OUTER JOIN vehicles AS vehicles_4 ON vehicles_4.id = due_items_9.vehicle_id
              WHERE due_items_9.customer_id = anon_14.customer_id
              AND due_items_9.id != anon_14.subject_id
              AND due_items_9.item = ANY (
                '{insurance,compulsory-insurance,annual-inspection,driving-licence,package,contract,maturity}'
              )
              AND coalesce(due_item_days_4.due_on, due_items_9.ends_on) BETWEEN anon_14.day - :day
              AND anon_14.day - :day
              AND coalesce(due_items_9.issued_on <= anon_14.today, TRUE)
              AND NOT (
                CASE
                WHEN (due_items_9.status_on > anon_14.today) THEN 'open'
                ELSE due_items_9.status END != 'open'
                OR (
                  EXISTS (
                    SELECT :param AS anon_25
                    FROM repair_orders,
                    anon_14
                    WHERE repair_orders.vehicle_id = due_items_9.vehicle_id
                    AND CAST(repair_orders.work_kind AS TEXT) = ANY (due_items_9.works)
                    AND repair_orders.closed_on > coalesce(
                      due_items_9.issued_on, coalesce(due_item_days_4.due_on, due_items_9.ends_on) - :coalesce
                    )
                    AND repair_orders.closed_on <= anon_14.today
                  )
                )
                OR (
                  EXISTS (
                    SELECT :param AS anon_26
                    FROM due_items AS due_items_10,
                    anon_14
                    WHERE due_items_10.customer_id = due_items_9.customer_id
                    AND due_items_10.item = due_items_9.item
                    AND due_items_10.vehicle_id IS NOT DISTINCT
                    FROM due_items_9.vehicle_id
                    AND due_items_10.id != due_items_9.id
                    AND due_items_10.ends_on > coalesce(due_item_days_4.due_on, due_items_9.ends_on)
                    AND (
                      due_items_10.works IS NULL OR due_items_10.issued_on > due_items_9.issued_on
                    )
                    AND coalesce(due_items_10.issued_on <= anon_14.today, TRUE)
                  )
                )
              )
              AND NOT coalesce(vehicles_4.disposed_on <= anon_14.today, FALSE)
            )
          ) + :param + '10:00:00'
        ) AS valid_until
        FROM anon_14
        WHERE coalesce(anon_14.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_reminder_15
      WHERE dated_reminder_15.due_at IS NOT NULL
      AND dated_reminder_15.due_at < dated_reminder_15.valid_until
      AND dated_reminder_15.due_at <= :param
      AND dated_reminder_15.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_reminder_15
    WHERE true
    UNION ALL
    SELECT 'last-reminder-7' AS step,
    judged_last_reminder_7.subject_id AS subject_id,
    judged_last_reminder_7.anchor_at AS anchor_at,
    judged_last_reminder_7.store_id AS store_id,
    judged_last_reminder_7.customer_id AS customer_id,
    CASE
    WHEN (judged_last_reminder_7.language = 'en') THEN :param
    WHEN (judged_last_reminder_7.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_last_reminder_7.due_at AS due_at,
    judged_last_reminder_7.valid_until AS valid_until,
    judged_last_reminder_7.due_at AS not_before,
    judged_last_reminder_7.valid_until <= :param AS passed,
    judged_last_reminder_7.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_last_reminder_7.reason IS NULL) THEN (
      coalesce(judged_last_reminder_7.figures, :param) || jsonb_strip_nulls(jsonb_build_object('basis', judged_last_reminder_7.basis))
    ) || jsonb_build_object(
      'item',
      judged_last_reminder_7.item,
      'ends_on',
      judged_last_reminder_7.day,
      'status',
      judged_last_reminder_7.status,
      'vehicle_sold',
      judged_last_reminder_7.sold
    ) END AS figures,
    judged_last_reminder_7.reason AS reason,
    judged_last_reminder_7.reason IS NULL AS wanted
    FROM (
      SELECT dated_last_reminder_7.subject_id AS subject_id,
      dated_last_reminder_7.store_id AS store_id,
      dated_last_reminder_7.customer_id AS customer_id,
      dated_last_reminder_7.time_zone AS time_zone,
      dated_last_reminder_7.language AS language,
      dated_last_reminder_7.today AS today,
      dated_last_reminder_7.day AS day,
      dated_last_reminder_7.anchor_at AS anchor_at,
      dated_last_reminder_7."call-due" AS "call-due",
      dated_last_reminder_7.item AS item,
      dated_last_reminder_7.vehicle_id AS vehicle_id,
      dated_last_reminder_7.issued_on AS issued_on,
      dated_last_reminder_7.works AS works,
      dated_last_reminder_7.limit_kilometres AS limit_kilometres,
      dated_last_reminder_7.basis AS basis,
      dated_last_reminder_7.figures AS figures,
      dated_last_reminder_7.status AS status,
      dated_last_reminder_7.sold AS sold,
      dated_last_reminder_7.due_at AS due_at,
      dated_last_reminder_7.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_27
          FROM touches
          WHERE touches.process = 'renewals'
          AND touches.subject_kind = 'due-item'
          AND touches.subject_id = dated_last_reminder_7.subject_id
          AND touches.step = 'last-reminder-7'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_last_reminder_7.anchor_at
          AND touches.anchor_at BETWEEN dated_last_reminder_7.anchor_at - '180 days, 0:00:00'
          AND dated_last_reminder_7.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN NOT ((:param -> 'items') @> to_jsonb(dated_last_reminder_7.item)) THEN 'item-of-another-kind'
      WHEN (
        'first-item' = ANY ('{not-renewed,vehicle-kept}')
        AND NOT (((:param -> 'first_items') @> to_jsonb(dated_last_reminder_7.item)))
      ) THEN 'item-not-the-first'
      WHEN (
        'later-item' = ANY ('{not-renewed,vehicle-kept}')
        AND ((:param -> 'first_items') @> to_jsonb(dated_last_reminder_7.item))
      ) THEN 'item-is-the-first'
      WHEN (
        'called-item' = ANY ('{not-renewed,vehicle-kept}')
        AND NOT (((:param -> 'called_items') @> to_jsonb(dated_last_reminder_7.item)))
      ) THEN 'item-not-called-about'
      WHEN (
        'asked-item' = ANY ('{not-renewed,vehicle-kept}')
        AND NOT (((:param -> 'asked_items') @> to_jsonb(dated_last_reminder_7.item)))
      ) THEN 'item-not-asked-about'
      WHEN (
        'vehicle-kept' = ANY ('{not-renewed,vehicle-kept}') AND dated_last_reminder_7.sold
      ) THEN 'vehicle-sold'
      WHEN (
        'not-renewed' = ANY ('{not-renewed,vehicle-kept}') AND dated_last_reminder_7.status = 'elsewhere'
      ) THEN 'item-renewed-elsewhere'
      WHEN (
        'not-renewed' = ANY ('{not-renewed,vehicle-kept}') AND dated_last_reminder_7.status = 'declined'
      ) THEN 'item-declined'
      WHEN (
        'not-renewed' = ANY ('{not-renewed,vehicle-kept}')
        AND (
          EXISTS (
            SELECT :param AS anon_28
            FROM repair_orders
            WHERE repair_orders.vehicle_id = dated_last_reminder_7.vehicle_id
            AND CAST(repair_orders.work_kind AS TEXT) = ANY (dated_last_reminder_7.works)
            AND repair_orders.closed_on > coalesce(dated_last_reminder_7.issued_on, dated_last_reminder_7.day - :day)
            AND repair_orders.closed_on <= dated_last_reminder_7.today
          )
        )
      ) THEN 'service-done'
      WHEN (
        'not-renewed' = ANY ('{not-renewed,vehicle-kept}')
        AND (
          dated_last_reminder_7.status = 'renewed'
          OR (
            EXISTS (
              SELECT :param AS anon_29
              FROM due_items AS due_items_11
              WHERE due_items_11.customer_id = dated_last_reminder_7.customer_id
              AND due_items_11.item = dated_last_reminder_7.item
              AND due_items_11.vehicle_id IS NOT DISTINCT
              FROM dated_last_reminder_7.vehicle_id
              AND due_items_11.id != dated_last_reminder_7.subject_id
              AND due_items_11.ends_on > dated_last_reminder_7.day
              AND (
                due_items_11.works IS NULL OR due_items_11.issued_on > dated_last_reminder_7.issued_on
              )
              AND coalesce(due_items_11.issued_on <= dated_last_reminder_7.today, TRUE)
            )
          )
        )
      ) THEN 'item-renewed'
      WHEN (
        'not-booked' = ANY ('{not-renewed,vehicle-kept}')
        AND dated_last_reminder_7.works IS NOT NULL
        AND (
          (
            EXISTS (
              SELECT :param AS anon_30
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_last_reminder_7.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id = dated_last_reminder_7.vehicle_id
            )
          )
          OR (
            EXISTS (
              SELECT :param AS anon_30
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_last_reminder_7.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id IS NULL
              AND appointments.customer_id = dated_last_reminder_7.customer_id
            )
          )
        )
      ) THEN 'service-booked' END END AS reason
      FROM (
        SELECT anon_14.subject_id AS subject_id,
        anon_14.store_id AS store_id,
        anon_14.customer_id AS customer_id,
        anon_14.time_zone AS time_zone,
        anon_14.language AS language,
        anon_14.today AS today,
        anon_14.day AS day,
        anon_14.anchor_at AS anchor_at,
        anon_14."call-due" AS "call-due",
        anon_14.item AS item,
        anon_14.vehicle_id AS vehicle_id,
        anon_14.issued_on AS issued_on,
        anon_14.works AS works,
        anon_14.limit_kilometres AS limit_kilometres,
        anon_14.basis AS basis,
        anon_14.figures AS figures,
        anon_14.status AS status,
        anon_14.sold AS sold,
        timezone(
          anon_14.time_zone,
          least(
            anon_14.day,
            (
              SELECT min(coalesce(due_item_days_5.due_on, due_items_12.ends_on)) AS min_5
              FROM due_items AS due_items_12
              LEFT OUTER JOIN due_item_days AS due_item_days_5 ON due_item_days_5.due_item_id = due_items_12.id
              AND due_item_days_5.known_from <= anon_14.today
              AND anon_14.today < due_item_days_5.known_until
              LEFT OUTER JOIN vehicles AS vehicles_5 ON vehicles_5.id = due_items_12.vehicle_id
              WHERE due_items_12.customer_id = anon_14.customer_id
              AND due_items_12.id != anon_14.subject_id
              AND due_items_12.item = ANY (
                '{insurance,compulsory-insurance,annual-inspection,driving-licence,package,contract,maturity}'
              )
              AND coalesce(due_item_days_5.due_on, due_items_12.ends_on) BETWEEN anon_14.day - :day
              AND anon_14.day - :day
              AND coalesce(due_items_12.issued_on <= anon_14.today, TRUE)
              AND NOT (
                CASE
                WHEN (due_items_12.status_on > anon_14.today) THEN 'open'
                ELSE due_items_12.status END != 'open'
                OR (
                  EXISTS (
                    SELECT :param AS anon_31
                    FROM repair_orders,
                    anon_14
                    WHERE repair_orders.vehicle_id = due_items_12.vehicle_id
                    AND CAST(repair_orders.work_kind AS TEXT) = ANY (due_items_12.works)
                    AND repair_orders.closed_on > coalesce(
                      due_items_12.issued_on, coalesce(due_item_days_5.due_on, due_items_12.ends_on) - :coalesce
                    )
                    AND repair_orders.closed_on <= anon_14.today
                  )
                )
                OR (
                  EXISTS (
                    SELECT :param AS anon_32
                    FROM due_items AS due_items_13,
                    anon_14
                    WHERE due_items_13.customer_id = due_items_12.customer_id
                    AND due_items_13.item = due_items_12.item
                    AND due_items_13.vehicle_id IS NOT DISTINCT
                    FROM due_items_12.vehicle_id
                    AND due_items_13.id != due_items_12.id
                    AND due_items_13.ends_on > coalesce(due_item_days_5.due_on, due_items_12.ends_on)
                    AND (
                      due_items_13.works IS NULL OR due_items_13.issued_on > due_items_12.issued_on
                    )
                    AND coalesce(due_items_13.issued_on <= anon_14.today, TRUE)
                  )
                )
              )
              AND NOT coalesce(vehicles_5.disposed_on <= anon_14.today, FALSE)
            )
          ) + :param + '10:00:00'
        ) AS due_at,
        anon_14.anchor_at AS valid_until
        FROM anon_14
        WHERE coalesce(anon_14.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_last_reminder_7
      WHERE dated_last_reminder_7.due_at IS NOT NULL
      AND dated_last_reminder_7.due_at < dated_last_reminder_7.valid_until
      AND dated_last_reminder_7.due_at <= :param
      AND dated_last_reminder_7.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_last_reminder_7
    WHERE true
    UNION ALL
    SELECT 'call-3' AS step,
    judged_call_3.subject_id AS subject_id,
    judged_call_3.anchor_at AS anchor_at,
    judged_call_3.store_id AS store_id,
    judged_call_3.customer_id AS customer_id,
    CASE
    WHEN (judged_call_3.language = 'en') THEN :param
    WHEN (judged_call_3.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_call_3.due_at AS due_at,
    judged_call_3.valid_until AS valid_until,
    judged_call_3.due_at AS not_before,
    judged_call_3.valid_until <= :param AS passed,
    judged_call_3.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_call_3.reason IS NULL) THEN (
      coalesce(judged_call_3.figures, :param) || jsonb_strip_nulls(jsonb_build_object('basis', judged_call_3.basis))
    ) || jsonb_build_object(
      'item',
      judged_call_3.item,
      'ends_on',
      judged_call_3.day,
      'status',
      judged_call_3.status,
      'vehicle_sold',
      judged_call_3.sold
    ) END AS figures,
    judged_call_3.reason AS reason,
    judged_call_3.reason IS NULL AS wanted
    FROM (
      SELECT dated_call_3.subject_id AS subject_id,
      dated_call_3.store_id AS store_id,
      dated_call_3.customer_id AS customer_id,
      dated_call_3.time_zone AS time_zone,
      dated_call_3.language AS language,
      dated_call_3.today AS today,
      dated_call_3.day AS day,
      dated_call_3.anchor_at AS anchor_at,
      dated_call_3."call-due" AS "call-due",
      dated_call_3.item AS item,
      dated_call_3.vehicle_id AS vehicle_id,
      dated_call_3.issued_on AS issued_on,
      dated_call_3.works AS works,
      dated_call_3.limit_kilometres AS limit_kilometres,
      dated_call_3.basis AS basis,
      dated_call_3.figures AS figures,
      dated_call_3.status AS status,
      dated_call_3.sold AS sold,
      dated_call_3.due_at AS due_at,
      dated_call_3.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_33
          FROM touches
          WHERE touches.process = 'renewals'
          AND touches.subject_kind = 'due-item'
          AND touches.subject_id = dated_call_3.subject_id
          AND touches.step = 'call-3'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_call_3.anchor_at
          AND touches.anchor_at BETWEEN dated_call_3.anchor_at - '180 days, 0:00:00'
          AND dated_call_3.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN NOT ((:param -> 'items') @> to_jsonb(dated_call_3.item)) THEN 'item-of-another-kind'
      WHEN (
        'first-item' = ANY ('{called-item,not-renewed,vehicle-kept}')
        AND NOT (((:param -> 'first_items') @> to_jsonb(dated_call_3.item)))
      ) THEN 'item-not-the-first'
      WHEN (
        'later-item' = ANY ('{called-item,not-renewed,vehicle-kept}')
        AND ((:param -> 'first_items') @> to_jsonb(dated_call_3.item))
      ) THEN 'item-is-the-first'
      WHEN (
        'called-item' = ANY ('{called-item,not-renewed,vehicle-kept}')
        AND NOT (((:param -> 'called_items') @> to_jsonb(dated_call_3.item)))
      ) THEN 'item-not-called-about'
      WHEN (
        'asked-item' = ANY ('{called-item,not-renewed,vehicle-kept}')
        AND NOT (((:param -> 'asked_items') @> to_jsonb(dated_call_3.item)))
      ) THEN 'item-not-asked-about'
      WHEN (
        'vehicle-kept' = ANY ('{called-item,not-renewed,vehicle-kept}') AND dated_call_3.sold
      ) THEN 'vehicle-sold'
      WHEN (
        'not-renewed' = ANY ('{called-item,not-renewed,vehicle-kept}') AND dated_call_3.status = 'elsewhere'
      ) THEN 'item-renewed-elsewhere'
      WHEN (
        'not-renewed' = ANY ('{called-item,not-renewed,vehicle-kept}') AND dated_call_3.status = 'declined'
      ) THEN 'item-declined'
      WHEN (
        'not-renewed' = ANY ('{called-item,not-renewed,vehicle-kept}')
        AND (
          EXISTS (
            SELECT :param AS anon_34
            FROM repair_orders
            WHERE repair_orders.vehicle_id = dated_call_3.vehicle_id
            AND CAST(repair_orders.work_kind AS TEXT) = ANY (dated_call_3.works)
            AND repair_orders.closed_on > coalesce(dated_call_3.issued_on, dated_call_3.day - :day)
            AND repair_orders.closed_on <= dated_call_3.today
          )
        )
      ) THEN 'service-done'
      WHEN (
        'not-renewed' = ANY ('{called-item,not-renewed,vehicle-kept}')
        AND (
          dated_call_3.status = 'renewed'
          OR (
            EXISTS (
              SELECT :param AS anon_35
              FROM due_items AS due_items_14
              WHERE due_items_14.customer_id = dated_call_3.customer_id
              AND due_items_14.item = dated_call_3.item
              AND due_items_14.vehicle_id IS NOT DISTINCT
              FROM dated_call_3.vehicle_id
              AND due_items_14.id != dated_call_3.subject_id
              AND due_items_14.ends_on > dated_call_3.day
              AND (
                due_items_14.works IS NULL OR due_items_14.issued_on > dated_call_3.issued_on
              )
              AND coalesce(due_items_14.issued_on <= dated_call_3.today, TRUE)
            )
          )
        )
      ) THEN 'item-renewed'
      WHEN (
        'not-booked' = ANY ('{called-item,not-renewed,vehicle-kept}')
        AND dated_call_3.works IS NOT NULL
        AND (
          (
            EXISTS (
              SELECT :param AS anon_36
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_call_3.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id = dated_call_3.vehicle_id
            )
          )
          OR (
            EXISTS (
              SELECT :param AS anon_36
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_call_3.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id IS NULL
              AND appointments.customer_id = dated_call_3.customer_id
            )
          )
        )
      ) THEN 'service-booked' END END AS reason
      FROM (
        SELECT anon_14.subject_id AS subject_id,
        anon_14.store_id AS store_id,
        anon_14.customer_id AS customer_id,
        anon_14.time_zone AS time_zone,
        anon_14.language AS language,
        anon_14.today AS today,
        anon_14.day AS day,
        anon_14.anchor_at AS anchor_at,
        anon_14."call-due" AS "call-due",
        anon_14.item AS item,
        anon_14.vehicle_id AS vehicle_id,
        anon_14.issued_on AS issued_on,
        anon_14.works AS works,
        anon_14.limit_kilometres AS limit_kilometres,
        anon_14.basis AS basis,
        anon_14.figures AS figures,
        anon_14.status AS status,
        anon_14.sold AS sold,
        timezone(anon_14.time_zone, anon_14.day + :param + '09:30:00') AS due_at,
        anon_14.anchor_at AS valid_until
        FROM anon_14
        WHERE coalesce(anon_14.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_call_3
      WHERE dated_call_3.due_at IS NOT NULL
      AND dated_call_3.due_at < dated_call_3.valid_until
      AND dated_call_3.due_at <= :param
      AND dated_call_3.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_call_3
    WHERE true
    UNION ALL
    SELECT 'asked-after-3' AS step,
    judged_asked_after_3.subject_id AS subject_id,
    judged_asked_after_3.anchor_at AS anchor_at,
    judged_asked_after_3.store_id AS store_id,
    judged_asked_after_3.customer_id AS customer_id,
    CASE
    WHEN (judged_asked_after_3.language = 'en') THEN :param
    WHEN (judged_asked_after_3.language = 'zh-CN') THEN :param
    ELSE :param END AS template_version_id,
    judged_asked_after_3.due_at AS due_at,
    judged_asked_after_3.valid_until AS valid_until,
    judged_asked_after_3.due_at AS not_before,
    judged_asked_after_3.valid_until <= :param AS passed,
    judged_asked_after_3.due_at + '1 day, 0:00:00' < :param AS late,
    CASE
    WHEN (judged_asked_after_3.reason IS NULL) THEN (
      coalesce(judged_asked_after_3.figures, :param) || jsonb_strip_nulls(jsonb_build_object('basis', judged_asked_after_3.basis))
    ) || jsonb_build_object(
      'item',
      judged_asked_after_3.item,
      'ends_on',
      judged_asked_after_3.day,
      'status',
      judged_asked_after_3.status,
      'vehicle_sold',
      judged_asked_after_3.sold
    ) END AS figures,
    judged_asked_after_3.reason AS reason,
    judged_asked_after_3.reason IS NULL AS wanted
    FROM (
      SELECT dated_asked_after_3.subject_id AS subject_id,
      dated_asked_after_3.store_id AS store_id,
      dated_asked_after_3.customer_id AS customer_id,
      dated_asked_after_3.time_zone AS time_zone,
      dated_asked_after_3.language AS language,
      dated_asked_after_3.today AS today,
      dated_asked_after_3.day AS day,
      dated_asked_after_3.anchor_at AS anchor_at,
      dated_asked_after_3."call-due" AS "call-due",
      dated_asked_after_3.item AS item,
      dated_asked_after_3.vehicle_id AS vehicle_id,
      dated_asked_after_3.issued_on AS issued_on,
      dated_asked_after_3.works AS works,
      dated_asked_after_3.limit_kilometres AS limit_kilometres,
      dated_asked_after_3.basis AS basis,
      dated_asked_after_3.figures AS figures,
      dated_asked_after_3.status AS status,
      dated_asked_after_3.sold AS sold,
      dated_asked_after_3.due_at AS due_at,
      dated_asked_after_3.valid_until AS valid_until,
      CASE
      WHEN (
        EXISTS (
          SELECT :param AS anon_37
          FROM touches
          WHERE touches.process = 'renewals'
          AND touches.subject_kind = 'due-item'
          AND touches.subject_id = dated_asked_after_3.subject_id
          AND touches.step = 'asked-after-3'
          AND touches.contacted_at IS NOT NULL
          AND touches.anchor_at != dated_asked_after_3.anchor_at
          AND touches.anchor_at BETWEEN dated_asked_after_3.anchor_at - '180 days, 0:00:00'
          AND dated_asked_after_3.anchor_at + '180 days, 0:00:00'
        )
      ) THEN 'said-before-move'
      ELSE CASE
      WHEN NOT ((:param -> 'items') @> to_jsonb(dated_asked_after_3.item)) THEN 'item-of-another-kind'
      WHEN (
        'first-item' = ANY ('{asked-item}') AND NOT (((:param -> 'first_items') @> to_jsonb(dated_asked_after_3.item)))
      ) THEN 'item-not-the-first'
      WHEN (
        'later-item' = ANY ('{asked-item}') AND ((:param -> 'first_items') @> to_jsonb(dated_asked_after_3.item))
      ) THEN 'item-is-the-first'
      WHEN (
        'called-item' = ANY ('{asked-item}')
        AND NOT (((:param -> 'called_items') @> to_jsonb(dated_asked_after_3.item)))
      ) THEN 'item-not-called-about'
      WHEN (
        'asked-item' = ANY ('{asked-item}') AND NOT (((:param -> 'asked_items') @> to_jsonb(dated_asked_after_3.item)))
      ) THEN 'item-not-asked-about'
      WHEN ('vehicle-kept' = ANY ('{asked-item}') AND dated_asked_after_3.sold) THEN 'vehicle-sold'
      WHEN (
        'not-renewed' = ANY ('{asked-item}') AND dated_asked_after_3.status = 'elsewhere'
      ) THEN 'item-renewed-elsewhere'
      WHEN (
        'not-renewed' = ANY ('{asked-item}') AND dated_asked_after_3.status = 'declined'
      ) THEN 'item-declined'
      WHEN (
        'not-renewed' = ANY ('{asked-item}')
        AND (
          EXISTS (
            SELECT :param AS anon_38
            FROM repair_orders
            WHERE repair_orders.vehicle_id = dated_asked_after_3.vehicle_id
            AND CAST(repair_orders.work_kind AS TEXT) = ANY (dated_asked_after_3.works)
            AND repair_orders.closed_on > coalesce(dated_asked_after_3.issued_on, dated_asked_after_3.day - :day)
            AND repair_orders.closed_on <= dated_asked_after_3.today
          )
        )
      ) THEN 'service-done'
      WHEN (
        'not-renewed' = ANY ('{asked-item}')
        AND (
          dated_asked_after_3.status = 'renewed'
          OR (
            EXISTS (
              SELECT :param AS anon_39
              FROM due_items AS due_items_15
              WHERE due_items_15.customer_id = dated_asked_after_3.customer_id
              AND due_items_15.item = dated_asked_after_3.item
              AND due_items_15.vehicle_id IS NOT DISTINCT
              FROM dated_asked_after_3.vehicle_id
              AND due_items_15.id != dated_asked_after_3.subject_id
              AND due_items_15.ends_on > dated_asked_after_3.day
              AND (
                due_items_15.works IS NULL OR due_items_15.issued_on > dated_asked_after_3.issued_on
              )
              AND coalesce(due_items_15.issued_on <= dated_asked_after_3.today, TRUE)
            )
          )
        )
      ) THEN 'item-renewed'
      WHEN (
        'not-booked' = ANY ('{asked-item}')
        AND dated_asked_after_3.works IS NOT NULL
        AND (
          (
            EXISTS (
              SELECT :param AS anon_40
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_asked_after_3.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id = dated_asked_after_3.vehicle_id
            )
          )
          OR (
            EXISTS (
              SELECT :param AS anon_40
              FROM appointments
              WHERE CAST(appointments.work_kind AS TEXT) = ANY (dated_asked_after_3.works)
              AND (appointments.booked_at IS NULL OR appointments.booked_at <= :param)
              AND NOT (
                appointments.status = 'cancelled'
                AND (
                  appointments.cancelled_at IS NULL OR appointments.cancelled_at <= :param
                )
              )
              AND appointments.starts_at > :param
              AND appointments.vehicle_id IS NULL
              AND appointments.customer_id = dated_asked_after_3.customer_id
            )
          )
        )
      ) THEN 'service-booked' END END AS reason
      FROM (
        SELECT anon_14.subject_id AS subject_id,
        anon_14.store_id AS store_id,
        anon_14.customer_id AS customer_id,
        anon_14.time_zone AS time_zone,
        anon_14.language AS language,
        anon_14.today AS today,
        anon_14.day AS day,
        anon_14.anchor_at AS anchor_at,
        anon_14."call-due" AS "call-due",
        anon_14.item AS item,
        anon_14.vehicle_id AS vehicle_id,
        anon_14.issued_on AS issued_on,
        anon_14.works AS works,
        anon_14.limit_kilometres AS limit_kilometres,
        anon_14.basis AS basis,
        anon_14.figures AS figures,
        anon_14.status AS status,
        anon_14.sold AS sold,
        timezone(anon_14.time_zone, anon_14.day + :param + '09:30:00') AS due_at,
        timezone(anon_14.time_zone, anon_14.day + :param + '09:30:00') + '7 days, 0:00:00' AS valid_until
        FROM anon_14
        WHERE coalesce(anon_14.anchor_at BETWEEN :param AND :param, FALSE)
        LIMIT ALL OFFSET :param
      ) AS dated_asked_after_3
      WHERE dated_asked_after_3.due_at IS NOT NULL
      AND dated_asked_after_3.due_at < dated_asked_after_3.valid_until
      AND dated_asked_after_3.due_at <= :param
      AND dated_asked_after_3.valid_until > :param
      LIMIT ALL OFFSET :param
    ) AS judged_asked_after_3
    WHERE true
  ) AS population
),
planned AS /* the touches that were not there yet, inserted */ (
  INSERT INTO touches (
    process,
    subject_kind,
    subject_id,
    anchor_at,
    step,
    kind,
    purpose,
    priority,
    obligation,
    works_holidays,
    store_id,
    customer_id,
    policy_version_id,
    template_version_id,
    channels,
    conditions,
    role,
    approval,
    effects,
    series,
    due_at,
    valid_until,
    not_before,
    state,
    figures,
    state_at,
    planned_at,
    planned_by,
    gate,
    reason
  )
  SELECT wanted.process AS process,
  wanted.subject_kind AS subject_kind,
  wanted.subject_id AS subject_id,
  wanted.anchor_at AS anchor_at,
  wanted.step AS step,
  wanted.kind AS kind,
  wanted.purpose AS purpose,
  wanted.priority AS priority,
  wanted.obligation AS obligation,
  wanted.works_holidays AS works_holidays,
  wanted.store_id AS store_id,
  wanted.customer_id AS customer_id,
  wanted.policy_version_id AS policy_version_id,
  wanted.template_version_id AS template_version_id,
  wanted.channels AS channels,
  wanted.conditions AS conditions,
  wanted.role AS role,
  wanted.approval AS approval,
  wanted.effects AS effects,
  wanted.series AS series,
  wanted.due_at AS due_at,
  wanted.valid_until AS valid_until,
  wanted.not_before AS not_before,
  wanted.state AS state,
  wanted.figures AS figures,
  :param AS anon_5,
  :param AS anon_6,
  NULL AS anon_7,
  CASE
  WHEN (wanted.state = 'skipped') THEN 'validity' END AS anon_8,
  CASE
  WHEN (wanted.state = 'skipped') THEN wanted.late END AS anon_9
  FROM (
    SELECT 'renewals' AS process,
    steps.subject_kind AS subject_kind,
    looked_at.subject_id AS subject_id,
    looked_at.anchor_at AS anchor_at,
    looked_at.step AS step,
    CASE
    WHEN looked_at.late THEN steps.kind_when_late
    ELSE steps.kind END AS kind,
    steps.purpose AS purpose,
    :param AS priority,
    steps.obligation AS obligation,
    steps.works_holidays AS works_holidays,
    looked_at.store_id AS store_id,
    looked_at.customer_id AS customer_id,
    :param AS policy_version_id,
    looked_at.template_version_id AS template_version_id,
    CASE
    WHEN looked_at.late THEN steps.channels_when_late
    ELSE steps.channels END AS channels,
    steps.conditions AS conditions,
    steps.role AS role,
    steps.approval AS approval,
    steps.effects AS effects,
    steps.series AS series,
    looked_at.due_at AS due_at,
    looked_at.valid_until AS valid_until,
    looked_at.not_before AS not_before,
    CASE
    WHEN (looked_at.passed OR looked_at.late AND steps.skipped_when_late) THEN 'skipped'
    ELSE steps.state END AS state,
    CASE
    WHEN looked_at.passed THEN 'time-passed'
    WHEN looked_at.late THEN 'found-too-late' END AS late,
    looked_at.figures AS figures,
    looked_at.reason AS reason,
    looked_at.wanted AS wanted
    FROM looked_at
    LEFT OUTER JOIN jsonb_to_recordset(:param) AS steps(
      step TEXT,
      subject_kind VARCHAR(40),
      kind VARCHAR(40),
      kind_when_late VARCHAR(40),
      purpose VARCHAR(40),
      obligation BOOLEAN,
      works_holidays BOOLEAN,
      channels TEXT[],
      channels_when_late TEXT[],
      conditions TEXT[],
      role VARCHAR(40),
      approval TEXT[],
      effects JSONB,
      series JSONB,
      state VARCHAR(40),
      skipped_when_late BOOLEAN
    ) ON steps.step = looked_at.step
    WHERE looked_at.wanted
  ) AS wanted
  ON CONFLICT ON CONSTRAINT uq_touches_once DO NOTHING
  RETURNING touches.id,
  touches.state,
  touches.reason
),
recorded AS /* the verdicts on what was found late, written down */ (
  INSERT INTO verdicts (touch_id, gate, decision, reason, figures, decided_at, run_id)
  SELECT planned.id AS id,
  'validity' AS anon_1,
  'stop' AS anon_2,
  planned.reason AS reason,
  jsonb_build_object() AS jsonb_build_object_1,
  :param AS anon_3,
  NULL AS anon_4
  FROM planned
  WHERE planned.state = 'skipped'
),
revived AS /* ended touches whose reason is back, planned again */ (
  UPDATE touches
  SET policy_version_id=wanted.policy_version_id,
  template_version_id=wanted.template_version_id,
  conditions=wanted.conditions,
  series=wanted.series,
  due_at=wanted.due_at,
  valid_until=wanted.valid_until,
  not_before=wanted.not_before,
  state=wanted.state,
  state_at=:param,
  gate=NULL,
  reason=NULL,
  reason_figures=NULL,
  figures=wanted.figures,
  approved_at=NULL,
  approved_by=NULL
  FROM (
    SELECT 'renewals' AS process,
    steps.subject_kind AS subject_kind,
    looked_at.subject_id AS subject_id,
    looked_at.anchor_at AS anchor_at,
    looked_at.step AS step,
    CASE
    WHEN looked_at.late THEN steps.kind_when_late
    ELSE steps.kind END AS kind,
    steps.purpose AS purpose,
    :param AS priority,
    steps.obligation AS obligation,
    steps.works_holidays AS works_holidays,
    looked_at.store_id AS store_id,
    looked_at.customer_id AS customer_id,
    :param AS policy_version_id,
    looked_at.template_version_id AS template_version_id,
    CASE
    WHEN looked_at.late THEN steps.channels_when_late
    ELSE steps.channels END AS channels,
    steps.conditions AS conditions,
    steps.role AS role,
    steps.approval AS approval,
    steps.effects AS effects,
    steps.series AS series,
    looked_at.due_at AS due_at,
    looked_at.valid_until AS valid_until,
    looked_at.not_before AS not_before,
    CASE
    WHEN (looked_at.passed OR looked_at.late AND steps.skipped_when_late) THEN 'skipped'
    ELSE steps.state END AS state,
    CASE
    WHEN looked_at.passed THEN 'time-passed'
    WHEN looked_at.late THEN 'found-too-late' END AS late,
    looked_at.figures AS figures,
    looked_at.reason AS reason,
    looked_at.wanted AS wanted
    FROM looked_at
    LEFT OUTER JOIN jsonb_to_recordset(:param) AS steps(
      step TEXT,
      subject_kind VARCHAR(40),
      kind VARCHAR(40),
      kind_when_late VARCHAR(40),
      purpose VARCHAR(40),
      obligation BOOLEAN,
      works_holidays BOOLEAN,
      channels TEXT[],
      channels_when_late TEXT[],
      conditions TEXT[],
      role VARCHAR(40),
      approval TEXT[],
      effects JSONB,
      series JSONB,
      state VARCHAR(40),
      skipped_when_late BOOLEAN
    ) ON steps.step = looked_at.step
    WHERE looked_at.wanted
  ) AS wanted
  WHERE coalesce(touches.state IN ('cancelled', 'superseded'), false)
  AND touches.process = wanted.process
  AND touches.subject_kind = wanted.subject_kind
  AND touches.subject_id = wanted.subject_id
  AND touches.anchor_at = wanted.anchor_at
  AND touches.step = wanted.step
  AND touches.state IN ('cancelled', 'superseded')
  AND touches.gate IN ('facts', 'anchor')
  AND touches.contacted_at IS NULL
  AND wanted.state != 'skipped'
  RETURNING touches.id
)
SELECT counted.part,
counted.reason,
counted.touches
FROM (
  SELECT 'looked at' AS part,
  looked_at.reason AS reason,
  count(*) AS touches
  FROM looked_at
  GROUP BY looked_at.reason
  UNION ALL
  SELECT 'planned' AS part,
  planned.reason AS reason,
  count(*) AS touches
  FROM planned
  GROUP BY planned.reason
  UNION ALL
  SELECT 'revived' AS part,
  NULL AS reason,
  count(*) AS touches
  FROM revived
  GROUP BY NULL
) AS counted;
